// Preloaded into npm by `make lock`: npm picks the newest releases that the running Node.js takes, and the lists are to hold
// those for the oldest Node.js that the examples run on, whichever one locks them.
Object.defineProperty(process, "version", { value: "v20.20.2" });
