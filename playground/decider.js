// Asks the worker: one question at a time, and of those that wait only the last.

/** How long a pause in typing is, in milliseconds. */
const PAUSE = 120;
/** How long an answer may take before the worker is given up, in milliseconds. */
const PATIENCE = 60_000;

export class Decider {
  #worker = null;
  #waiting = null;
  #pause = 0;
  #patience = 0;
  #answered;

  /** `answered` is called with each answer, and with `{ broken }` where there is none. */
  constructor(answered) {
    this.#answered = answered;
    this.#start();
  }

  /** Asks, when typing pauses. `busy` tells whether an answer is still to come. */
  ask(question) {
    this.#waiting = question;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#send(), PAUSE);
  }

  get busy() {
    return this.#waiting !== null || this.#patience !== 0;
  }

  #start() {
    this.#worker = new Worker("worker.js", { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#done(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#giveUp("the code that decides could not be loaded");
    };
  }

  #send() {
    if (this.#waiting !== null && this.#patience === 0) {
      this.#patience = setTimeout(() => this.#giveUp("it took too long"), PATIENCE);
      this.#worker.postMessage(this.#waiting);
      this.#waiting = null;
    }
  }

  #giveUp(broken) {
    this.#worker.terminate();
    this.#start();
    this.#done({ broken });
  }

  #done(answer) {
    clearTimeout(this.#patience);
    this.#patience = 0;
    this.#answered(answer);
    this.#send();
  }
}
