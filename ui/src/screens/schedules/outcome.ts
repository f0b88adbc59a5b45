// How a run of a schedule ended, in a shape and a word.
import type { ScheduleOutcome, ScheduleRun } from "../../backend/bindings";
import { t, tn } from "../../i18n/i18n.svelte";
import type { Shape, Tone } from "../../parts/station";

const LOOKS: Record<ScheduleOutcome, [Shape, Tone]> = {
  done: ["connected", "ok"],
  failed: ["revoked", "danger"],
  refused: ["refused", "danger"],
  missed: ["expired", "warn"],
  busy: ["expired", "warn"],
  interrupted: ["unknown", "warn"],
  unknown: ["unknown", "warn"],
};

export function look(run: ScheduleRun): { shape: Shape; tone: Tone } {
  const [shape, tone] = run.outcome === null ? (["never", "idle"] as const) : LOOKS[run.outcome];
  return { shape, tone };
}

/** "Done", "Missed, 8 times". */
export function word(run: ScheduleRun): string {
  if (run.outcome === null) return t("ui.schedules.running");
  const word = t(`ui.schedules.outcome_${run.outcome}`);
  if (run.count < 2) return word;
  return `${word} · ${run.more ? t("ui.schedules.more_times", { n: run.count }) : tn("ui.schedules.times", run.count)}`;
}
