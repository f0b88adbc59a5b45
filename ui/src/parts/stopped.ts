import { app } from "../app.svelte";
import { asFailure } from "../backend/failure";

/** Runs what may be stopped: that it was is said, and is no failure. */
export async function unlessStopped(action: () => Promise<void>): Promise<void> {
  await app.act(async () => {
    try {
      await action();
    } catch (reason) {
      const failure = asFailure(reason);
      if (failure.code !== "work_stopped") throw reason;
      app.say(failure.message);
    }
  });
}
