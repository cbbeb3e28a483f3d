/**
 * The audio graph of the player: every clip on a lane of its own, all on one clock.
 *
 * Whatever happens is scheduled at a given time of the context, so that it is the same in
 * an OfflineAudioContext. Switching is a ramp of gains; no timer is involved.
 */

/** Gain over a ramp, from 0 to 1: of what is alike, and of what is not. */
export const CURVES = {
  // The gains of two equal signals add up to 1.
  linear: { steps: 1, shape: (x) => x },
  // The powers of two unlike signals add up to 1; in pieces, for a ramp can be cut short.
  power: { steps: 8, shape: (x) => Math.sin((x * Math.PI) / 2) },
};

export class Deck {
  /**
   * @param {BaseAudioContext} context
   * @param {AudioBuffer[]} buffers of one rate; of any lengths
   * @param {{ramp?: number, curve?: keyof CURVES}} options ramp in seconds
   */
  constructor(context, buffers, { ramp = 0.008, curve = "linear" } = {}) {
    this.context = context;
    this.ramp = ramp;
    this.curve = CURVES[curve];
    const length = Math.max(...buffers.map((one) => one.length));
    this.lanes = buffers.map((one) => {
      const gain = context.createGain();
      gain.gain.value = 0;
      gain.connect(context.destination);
      return {
        buffer: padded(one, length),
        duration: one.duration,
        gain,
        source: null,
        fade: { at: 0, from: 0, to: 0 },
        begun: 0,
        offset: 0,
      };
    });
    this.current = 0;
    this.playing = false;
    /** From and to, in seconds; whatever starts next repeats what lies between. */
    this.loop = null;
  }

  /** Starts every lane at one position and one sample, and lets one of them be heard. */
  start(lane, position, at) {
    at = this.onSample(at);
    this.lanes.forEach((_, index) => this.startLane(index, position, at));
    this.hear(lane, at);
    this.playing = true;
  }

  /** Changes what is heard: gains only, every lane goes on. */
  switchTo(lane, at) {
    this.hear(lane, this.onSample(at));
  }

  /** Changes what is heard, and where: the lane alone starts anew. */
  jumpTo(lane, position, at) {
    at = this.onSample(at);
    this.startLane(lane, position, at);
    this.hear(lane, at);
    this.playing = true;
  }

  stop(at) {
    at = this.onSample(at);
    for (const one of this.lanes) {
      this.fade(one, 0, at);
      one.source?.stop(at + this.ramp);
      one.source = null;
    }
    this.playing = false;
  }

  /** Where a lane is at a time, in seconds of its clip. */
  position(at, lane = this.current) {
    const { begun, offset } = this.lanes[lane];
    const reached = offset + Math.max(0, at - begun);
    return wrapped(reached, offset, this.loop);
  }

  /** How much of a lane is heard at a time, from 0 to 1. */
  gainAt({ fade }, at) {
    const { at: begun, from, to } = fade;
    const share = Math.min(1, Math.max(0, (at - begun) / this.ramp));
    return share === 1 ? to : from + (to - from) * this.along(share, to > from);
  }

  startLane(index, position, at) {
    const one = this.lanes[index];
    if (one.source) this.retire(one, at);
    one.source = this.context.createBufferSource();
    one.source.buffer = one.buffer;
    one.source.loop = this.loop !== null;
    if (this.loop) [one.source.loopStart, one.source.loopEnd] = this.loop;
    one.source.connect(one.gain);
    one.begun = at;
    one.offset = Math.min(position, one.buffer.duration);
    one.source.start(at, one.offset);
  }

  /** Leaves a source to fade out on the gain it has, and gives the lane another. */
  retire(one, at) {
    this.fade(one, 0, at);
    one.source.stop(at + this.ramp);
    one.source = null;
    one.gain = this.context.createGain();
    one.gain.gain.value = 0;
    one.gain.connect(this.context.destination);
    one.fade = { at: 0, from: 0, to: 0 };
  }

  hear(lane, at) {
    this.lanes.forEach((one, index) => this.fade(one, index === lane ? 1 : 0, at));
    this.current = lane;
  }

  fade(lane, to, at) {
    const from = this.gainAt(lane, at);
    lane.fade = { at, from, to };
    const { gain } = lane.gain;
    gain.cancelScheduledValues(at);
    gain.linearRampToValueAtTime(from, at); // what is left of a ramp that was cut short
    for (let step = 1; step <= this.curve.steps; step++) {
      const share = step / this.curve.steps;
      const value = from + (to - from) * this.along(share, to > from);
      gain.linearRampToValueAtTime(value, at + share * this.ramp);
    }
  }

  along(share, rising) {
    const { shape } = this.curve;
    return rising ? shape(share) : 1 - shape(1 - share);
  }

  onSample(at) {
    const { sampleRate } = this.context;
    return Math.ceil(at * sampleRate - 1e-6) / sampleRate;
  }
}

/** A buffer with silence behind it, so that all loops are of one length. */
function padded(buffer, length) {
  if (buffer.length === length) return buffer;
  const { numberOfChannels, sampleRate } = buffer;
  const longer = new AudioBuffer({ length, numberOfChannels, sampleRate });
  for (let channel = 0; channel < numberOfChannels; channel++) {
    longer.copyToChannel(buffer.getChannelData(channel), channel);
  }
  return longer;
}

function wrapped(reached, offset, loop) {
  if (!loop || offset >= loop[1] || reached < loop[1]) return reached;
  return loop[0] + ((reached - loop[1]) % (loop[1] - loop[0]));
}

/**
 * The stretches of a clip that were heard between two times, in seconds of the clip.
 *
 * What a loop repeats is there once for each time it was heard.
 */
export function stretches(from, elapsed, loop, duration) {
  const heard = [];
  const note = (start, end) => {
    if (Math.min(end, duration) > start) heard.push([start, Math.min(end, duration)]);
  };
  if (!loop || from >= loop[1] || from + elapsed < loop[1]) {
    note(from, from + elapsed);
    return heard;
  }
  note(from, loop[1]);
  let left = from + elapsed - loop[1];
  for (const round = loop[1] - loop[0]; left > 0; left -= round) {
    note(loop[0], loop[0] + Math.min(round, left));
  }
  return heard;
}

/** Maps a time of one clip to another by their marks, which stand for the same words. */
export function mapped(time, from, to) {
  const next = from.findIndex((mark) => mark > time);
  if (next <= 0) return next === 0 ? to[0] : to[to.length - 1];
  const share = (time - from[next - 1]) / (from[next] - from[next - 1]);
  return to[next - 1] + share * (to[next] - to[next - 1]);
}

/** Reads the WAV files that the kernel makes: 16 bits, a header of 44 bytes. */
export function readWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numberOfChannels = view.getUint16(22, true);
  const sampleRate = view.getUint32(24, true);
  const length = (view.byteLength - 44) / 2 / numberOfChannels;
  const buffer = new AudioBuffer({ length, numberOfChannels, sampleRate });
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let frame = 0; frame < length; frame++) {
      const at = 44 + 2 * (frame * numberOfChannels + channel);
      samples[frame] = view.getInt16(at, true) / 32768;
    }
  }
  return buffer;
}
