// The only file that imports @tauri-apps.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Backend } from "./backend";

export const backend: Backend = {
  call: (name, args) => invoke(name, args),
  on: (event, heard) => {
    let wanted = true;
    const heardWhile = (message: { payload: unknown }): void => {
      if (wanted) heard(message.payload as never);
    };
    const stop = listen(event, heardWhile);
    return () => {
      wanted = false;
      void stop.then((unlisten) => unlisten());
    };
  },
};
