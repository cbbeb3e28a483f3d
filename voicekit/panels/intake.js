/** Takes a file or a recording in pieces, after a look at what the vendor accepts. */

import { button, make } from "./dom.js";

const PIECE = 1 << 20; // servers refuse messages of more than about 10 MB

const COLLECTOR = `registerProcessor("voicekit-collector", class extends AudioWorkletProcessor {
  process([input]) {
    if (input.length > 0) this.port.postMessage(input[0].slice());
    return true;
  }
})`;

/** Returns a mono 16-bit WAV file of samples from -1 to 1. */
function wavOf(pieces, rate) {
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const piece of pieces) {
    for (const sample of piece) {
      view.setInt16(at, Math.max(-1, Math.min(1, sample)) * 32767, true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}

/** Starts the microphone; `stop` ends it and returns the recording. */
async function record() {
  if (!navigator.mediaDevices) {
    throw new Error("this page is not secure: open JupyterLab by https or on localhost");
  }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const pieces = [];
  let context = null;
  async function end() {
    stream.getTracks().forEach((track) => track.stop());
    await context?.close();
  }
  try {
    context = new AudioContext();
    const module = URL.createObjectURL(new Blob([COLLECTOR], { type: "text/javascript" }));
    await context.audioWorklet.addModule(module);
    URL.revokeObjectURL(module);
    const collector = new AudioWorkletNode(context, "voicekit-collector");
    collector.port.onmessage = ({ data }) => pieces.push(data);
    context.createMediaStreamSource(stream).connect(collector);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    seconds: () => pieces.reduce((sum, piece) => sum + piece.length, 0) / context.sampleRate,
    async stop() {
      await end();
      return wavOf(pieces, context.sampleRate);
    },
  };
}

/** Says why the vendor would not take a file; nothing where it would. */
function objection(model, { name, blob: { size } }) {
  const extensions = model.get("extensions");
  const extension = name.includes(".") ? name.split(".").pop().toLowerCase() : "";
  const most = model.get(extension === "wav" ? "maximum_wav_bytes" : "maximum_bytes");
  const advice = "Nothing was sent. Choose another file.";
  if (!extensions.includes(extension)) {
    return `${name} is none of: ${extensions.join(", ")}. ${advice}`;
  }
  if (size === 0) return `${name} is empty. ${advice}`;
  if (size <= most) return "";
  return `${name} has ${size.toLocaleString("en")} bytes; at most ${most.toLocaleString("en")} are accepted. ${advice}`;
}

function render({ model, el }) {
  el.classList.add("voicekit-intake");
  const file = make("input", { type: "file" });
  const recorder = button("Record", {
    className: "jupyter-widgets jupyter-button widget-button",
  });
  const heard = make("audio", { controls: true, hidden: true });
  const line = make("p", { role: "status" });
  el.append(make("label", {}, "File", file), recorder, heard, line);

  let recording = null; // promised from the press on: a second one ends it
  let clock = 0;
  let chosen = null; // the last choice; each new rule judges it anew
  let upload = 0; // a newer one ends an older one
  let arrived = () => {};

  function say(text, isError = false) {
    line.textContent = text;
    line.setAttribute("role", isError ? "alert" : "status");
  }

  function play(blob) {
    heard.pause();
    URL.revokeObjectURL(heard.src);
    heard.src = URL.createObjectURL(blob);
  }

  async function send(one) {
    const { blob, name } = one;
    const mine = ++upload;
    for (let start = 0; start < blob.size && mine === upload; start += PIECE) {
      const piece = await blob.slice(start, start + PIECE).arrayBuffer();
      if (mine !== upload) return; // a piece of it would follow what came meanwhile
      const ready = new Promise((resolve) => { arrived = resolve; });
      const last = start + PIECE >= blob.size;
      model.send({ name, start, last, upload: mine }, undefined, [piece]);
      say(`${name}: ${Math.round((100 * start) / blob.size)} %`);
      const problem = await ready;
      if (problem) {
        one.isSent = false;
        return say(problem, true);
      }
    }
    if (mine === upload) say(`${name}: ready, ${blob.size.toLocaleString("en")} bytes.`);
  }

  async function judge() {
    const wasSent = chosen.isSent;
    const problem = objection(model, chosen);
    chosen.isSent = !problem;
    heard.hidden = problem !== "" || !heard.canPlayType(chosen.blob.type);
    if (problem) {
      heard.pause();
      upload += 1;
      model.send({ name: chosen.name, refused: true }); // else the file before it stays
      return say(problem, true);
    }
    if (!wasSent) await send(chosen);
  }

  async function take(blob, name) {
    chosen = { blob, name, isSent: false };
    play(blob);
    await judge();
  }

  async function startRecording() {
    const mine = (recording = record());
    recorder.textContent = "Stop recording";
    try {
      const running = await mine;
      if (recording !== mine) return; // ended meanwhile
      clock = setInterval(() => say(`Recording: ${running.seconds().toFixed(1)} s`), 200);
    } catch (error) {
      if (recording === mine) forgetRecording();
      throw error;
    }
  }

  function forgetRecording() {
    clearInterval(clock);
    const running = recording;
    recording = null;
    recorder.textContent = "Record";
    showRule();
    return running;
  }

  async function endRecording() {
    const running = await forgetRecording();
    const isEmpty = running.seconds() === 0;
    const sound = await running.stop();
    if (isEmpty) return say("Nothing was recorded.");
    file.value = ""; // the same file, chosen again, is a change
    return take(sound, "recording.wav");
  }

  function showRule() {
    file.accept = model.get("extensions").map((one) => `.${one}`).join(",");
    recorder.hidden = !model.get("records") && !recording; // what runs can be ended
  }
  function onRule() {
    showRule();
    if (chosen) judge().catch((error) => say(String(error), true));
  }
  function onMessage({ got, problem }) {
    if (got === upload) arrived(problem);
  }

  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen) take(chosen, chosen.name).catch((error) => say(String(error), true));
  });
  recorder.addEventListener("click", () =>
    (recording ? endRecording() : startRecording())
      .catch((error) => say(`No recording: ${error.message}.`, true)));
  model.on("change", onRule);
  model.on("msg:custom", onMessage);
  showRule();
  return () => {
    upload += 1;
    // Also a microphone that is only now switched on.
    forgetRecording()?.then((running) => running.stop()).catch(() => {});
    model.off("change", onRule);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
