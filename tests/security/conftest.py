from tests.web.conftest import data, empty, world  # noqa: F401
