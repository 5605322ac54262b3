/* The sound of a bell: two short tones, made here, so that nothing is fetched. */

const TONES = [[880, 0], [660, 0.09]];
const SECONDS = 0.16;
const LOUD = 0.08;

let audio = null;

/** Silent where the browser wants a click or a key first. */
export function ring() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume().catch(() => {});
  for (const [pitch, after] of TONES) {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: LOUD });
    const start = audio.currentTime + after;
    volume.gain.exponentialRampToValueAtTime(0.0001, start + SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + SECONDS);
  }
}
