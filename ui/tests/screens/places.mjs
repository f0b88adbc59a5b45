// Every screen there is: one file of `places/` each.
import { places as activity } from "./places/activity.mjs";
import { places as applications } from "./places/applications.mjs";
import { places as calls } from "./places/calls.mjs";
import { places as connection } from "./places/connection.mjs";
import { places as connections } from "./places/connections.mjs";
import { places as connectors } from "./places/connectors.mjs";
import { places as dataSources } from "./places/data-sources.mjs";
import { places as flow } from "./places/flow.mjs";
import { places as home } from "./places/home.mjs";
import { places as members } from "./places/members.mjs";
import { places as newConnection } from "./places/new-connection.mjs";
import { places as panels } from "./places/panels.mjs";
import { places as schedules } from "./places/schedules.mjs";
import { places as send } from "./places/send.mjs";
import { places as settings } from "./places/settings.mjs";
import { places as shell } from "./places/shell.mjs";
import { places as signIn } from "./places/sign-in.mjs";
import { places as tasks } from "./places/tasks.mjs";
import { places as templates } from "./places/templates.mjs";
import { places as welcome } from "./places/welcome.mjs";
import { places as workflows } from "./places/workflows.mjs";

export const places = [
  ...welcome, ...connections, ...home, ...newConnection, ...connection, ...connectors, ...dataSources, ...activity, ...signIn, ...members, ...applications, ...calls, ...workflows, ...templates, ...schedules, ...panels, ...tasks, ...send, ...settings, ...shell, ...flow,
];
