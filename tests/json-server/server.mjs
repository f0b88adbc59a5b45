// The npm package json-server on a free port, over contacts that it keeps in memory. It takes requests with the key it is
// started with and no others. Its first line says where it is; it ends with its input.
import jsonServer from "json-server";

const { key, contacts } = JSON.parse(process.argv[2]);
const companies = ["Lagos Lights", "桜工業株式会社", "Kochi Spices"];
const rows = Array.from({ length: contacts }, (_, i) => ({ id: i + 1, name: `Contact ${i + 1}`, company: companies[i % companies.length], visits: i % 7 }));
const server = jsonServer.create();
server.use((request, answer, next) => {
  if (request.headers["x-api-key"] === key) next();
  else answer.status(401).json({ message: "No such key" });
});
server.use(jsonServer.defaults({ logger: false, static: new URL(".", import.meta.url).pathname }));
server.use(jsonServer.router({ contacts: rows }));
const listener = server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: listener.address().port })));
process.stdin.resume().on("end", () => process.exit(0));
