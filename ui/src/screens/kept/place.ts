// Where one was last: each screen of kept things opens there again.
import type { ApplicationId, Environment } from "../../backend/bindings";

/** The application and environment that a screen showed last. */
export function lastPlace(screen: string): { application: ApplicationId; environment: Environment } | null {
  try {
    const [application, environment] = (localStorage.getItem(`tsunagi.${screen}.last`) ?? "").split("/");
    if (!application || (environment !== "development" && environment !== "stage" && environment !== "production")) return null;
    return { application, environment };
  } catch {
    // An engine without storage: the first application is shown.
    return null;
  }
}

export function rememberPlace(screen: string, application: ApplicationId, environment: Environment): void {
  try {
    localStorage.setItem(`tsunagi.${screen}.last`, `${application}/${environment}`);
  } catch {
    // As above.
  }
}
