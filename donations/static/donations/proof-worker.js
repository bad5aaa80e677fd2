// Finds the counter whose SHA-256, of salt, nonce and counter, begins as the challenge says: Altcha's
// version 2 with the algorithm SHA-256 and a cost of one. Plain JavaScript, because the browser's own
// SHA-256 hands back a promise for every hash, which takes longer, and is there on https only.
const MOST = 2 ** 24;
const CONSTANTS = new Int32Array(64);
const START = new Int32Array(8);

// the first 32 bits behind the point of the cube and square roots of the first primes
const fraction = (number) => Math.floor((number - Math.floor(number)) * 2 ** 32) | 0;
for (let number = 2, count = 0; count < 64; number += 1) {
  let prime = true;
  for (let by = 2; by * by <= number; by += 1) prime &&= number % by !== 0;
  if (!prime) continue;
  if (count < 8) START[count] = fraction(Math.sqrt(number));
  CONSTANTS[count] = fraction(Math.cbrt(number));
  count += 1;
}

const words = new Int32Array(64);
const state = new Int32Array(8);

// of one block, which is all that a challenge has
const hash = () => {
  for (let i = 16; i < 64; i += 1) {
    const x = words[i - 15];
    const y = words[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let a = START[0];
  let b = START[1];
  let c = START[2];
  let d = START[3];
  let e = START[4];
  let f = START[5];
  let g = START[6];
  let h = START[7];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = START[0] + a;
  state[1] = START[1] + b;
  state[2] = START[2] + c;
  state[3] = START[3] + d;
  state[4] = START[4] + e;
  state[5] = START[5] + f;
  state[6] = START[6] + g;
  state[7] = START[7] + h;
};

const inHex = () => [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

const solved = ({ algorithm, cost, salt, nonce, keyPrefix }) => {
  const fixed = salt + nonce;
  if (algorithm !== "SHA-256" || cost !== 1 || fixed.length !== 64 || keyPrefix.length < 8) return null;
  for (let i = 0; i < 8; i += 1) words[i] = parseInt(fixed.slice(8 * i, 8 * i + 8), 16);
  words[9] = 0x80000000 | 0; // the end of the 36 bytes, and how many bits they are
  words.fill(0, 10, 15);
  words[15] = 36 * 8;
  const first = parseInt(keyPrefix.slice(0, 8), 16) | 0;
  for (let counter = 0; counter < MOST; counter += 1) {
    words[8] = counter;
    hash();
    if (state[0] !== first) continue;
    const derivedKey = inHex();
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
  return null;
};

self.onmessage = ({ data }) => self.postMessage(solved(data));
