import { Deck, mapped, readWav, stretches } from "./deck.js";

/** Seconds between a key and its ramp: what the graph needs to get ready. */
const LEAD = 0.004;
/** Seconds after which the kernel is told what was heard, while it goes on. */
const TELL_EVERY = 1;
const SHORTEST_LOOP = 0.1;

/** Where a switch lands in the clip that is switched to. */
const LANDINGS = {
  restart: ({ loop }) => (loop ? loop[0] : 0),
  "same time": ({ position }) => position,
  "same word": ({ position, from, to }) => mapped(position, from.marks, to.marks),
};

/**
 * Plays one of several clips, and tells what was heard of each.
 *
 * No element of the page is known here.
 */
export class Transport {
  /**
   * @param {{id: string, duration: number, marks: number[]}[]} signals
   * @param {{mode: string, curve: string, fetch: (id: string) => Promise<DataView>,
   *   tell: (message: object) => void, changed: () => void}} options
   */
  constructor(signals, options) {
    this.signals = signals;
    this.options = options;
    this.mode = options.mode;
    this.current = 0;
    this.rest = 0; // where it stands while nothing plays
    this.loop = null;
    this.span = null; // what is being heard: {lane, from, at}
    this.latency = null; // of the last switch, from the event to the ramp, in ms
    this.context = null;
    this.buffers = Promise.all(signals.map(({ id }) => options.fetch(id).then(readWav)));
  }

  get playing() {
    return this.span !== null;
  }

  get duration() {
    return this.signals[this.current].duration;
  }

  position() {
    if (!this.playing) return this.rest;
    return Math.min(this.deck.position(this.context.currentTime), this.duration);
  }

  /** Makes the audio graph; only after a key or a click does a browser let it sound. */
  async wake() {
    const buffers = await this.buffers;
    if (this.closed) return false;
    if (!this.deck) {
      const { sampleRate } = buffers[0];
      this.context = new AudioContext({ sampleRate, latencyHint: "interactive" });
      this.deck = new Deck(this.context, buffers, { curve: this.options.curve });
      this.context.addEventListener("statechange", () => {
        if (this.context.state === "interrupted") this.pause();
      });
    }
    if (this.context.state !== "running") await this.context.resume();
    return !this.closed;
  }

  async play(event) {
    await this.begin(this.current, Math.min(this.rest, this.duration), event);
  }

  pause() {
    if (!this.playing) return;
    const at = this.now();
    this.rest = Math.min(this.deck.position(at), this.duration);
    this.flush(at);
    this.span = null;
    this.deck.stop(at);
    this.options.changed();
  }

  toggle(event) {
    return this.playing ? this.pause() : this.play(event);
  }

  restart(event) {
    return this.begin(this.current, this.loop ? this.loop[0] : 0, event);
  }

  /** Lets another clip be heard, from where the mode says. */
  async select(lane, event) {
    if (!(await this.wake())) return;
    const [from, to] = [this.signals[this.current], this.signals[lane]];
    const at = this.now();
    const running = this.playing;
    const position = running ? this.deck.position(at) : this.rest;
    const land = LANDINGS[this.mode];
    let landing = land({ position, from, to, loop: this.loop });
    if (landing >= to.duration - 0.01) landing = this.loop ? this.loop[0] : 0;
    if (this.mode === "same word" && this.loop && lane !== this.current) {
      this.loop = this.loop.map((time) => land({ position: time, from, to }));
    }
    this.flush(at);
    this.current = lane;
    this.deck.loop = this.loop;
    const inLock = this.mode === "same time" && running && landing === position;
    if (inLock) this.deck.switchTo(lane, at);
    else if (this.mode === "same time" || !running) this.deck.start(lane, landing, at);
    else this.deck.jumpTo(lane, landing, at);
    this.open(lane, landing, at, event);
  }

  async seek(position) {
    if (this.playing) await this.begin(this.current, position);
    else this.rest = position;
    this.options.changed();
  }

  /** Sets one end of the loop to where it stands. */
  async markLoop(edge) {
    const [start, end] = this.loop ?? [0, this.duration];
    const here = this.position();
    const region = edge === 0 ? [here, end] : [start, here];
    if (region[1] - region[0] >= SHORTEST_LOOP) await this.setLoop(region);
  }

  toggleLoop() {
    return this.setLoop(this.loop ? null : [0, this.duration]);
  }

  async setLoop(loop) {
    const here = this.position();
    this.loop = loop;
    const outside = loop && (here < loop[0] || here >= loop[1]);
    await this.seek(outside ? loop[0] : here);
  }

  async setMode(mode) {
    this.mode = mode;
    await this.seek(this.position());
  }

  /** Called with each frame of the page: ends what has ended, tells what was heard. */
  tick() {
    if (!this.playing) return;
    const at = this.context.currentTime;
    if (!this.loop && this.deck.position(at) >= this.duration) {
      this.pause();
      this.rest = 0;
    } else if (at - this.span.at > TELL_EVERY) this.flush(at);
  }

  async begin(lane, position, event) {
    if (!(await this.wake())) return;
    const at = this.now();
    this.flush(at);
    this.deck.loop = this.loop;
    this.deck.start(lane, position, at);
    this.open(lane, position, at, event);
  }

  open(lane, position, at, event) {
    this.span = { lane, from: position, at };
    if (event) {
      const waited = performance.now() - event.timeStamp;
      this.latency = waited + 1000 * (at - this.context.currentTime);
    }
    this.options.tell({ kind: "play", id: this.signals[lane].id });
    this.options.changed();
  }

  /** Tells what was heard until a time, and goes on counting from there. */
  flush(at) {
    if (!this.span || at <= this.span.at) return;
    const { lane, from, at: since } = this.span;
    const { id, duration } = this.signals[lane];
    const heard = stretches(from, at - since, this.deck.loop, duration);
    if (heard.length > 0) this.options.tell({ kind: "heard", id, stretches: heard });
    this.span = { lane, from: this.deck.position(at, lane), at };
  }

  now() {
    return this.context.currentTime + LEAD;
  }

  close() {
    this.closed = true;
    this.pause();
    this.context?.close();
  }
}
