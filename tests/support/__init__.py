"""What tests share: a real server in its own process, real Socket.IO clients, a fixed cast of people.

Alice owns what is tested; Bob is somebody else; Charlie must see nothing."""
