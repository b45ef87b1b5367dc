// A whole job through the official TypeScript client: node whole_job.mjs SDK_FOLDER PYTHON HOME
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [sdk, python, home] = process.argv.slice(2);
const from = (path) => import(pathToFileURL(join(sdk, "dist", "esm", path)).href);
const { Client } = await from("client/index.js");
const { StdioClientTransport } = await from("client/stdio.js");
const types = await from("types.js");

const client = new Client(
  { name: "test", version: "0" },
  { capabilities: { elicitation: {} } },
);
const seen = { progress: [], updated: [], asked: [] };
client.setRequestHandler(types.ElicitRequestSchema, async (request) => {
  seen.asked.push(request.params.message);
  return { action: "accept", content: { answer_1: "60000" } };
});
client.setNotificationHandler(types.ResourceUpdatedNotificationSchema, async (notification) => {
  seen.updated.push(notification.params.uri);
});
await client.connect(
  new StdioClientTransport({
    command: python,
    args: ["-m", "src.mcp_server"],
    env: { PATH: process.env.PATH, PYTHONPATH: process.env.PYTHONPATH, ROWMILL_HOME: home },
  }),
);

async function call(name, args) {
  const onprogress = (progress) => seen.progress.push(progress);
  const result = await client.callTool({ name, arguments: args }, undefined, { onprogress });
  if (result.isError) throw new Error(result.content[0].text);
  return result.structuredContent;
}

const tools = (await client.listTools()).tools.map((tool) => tool.name);
const read = await call("extract_schema", { description: "customers with name, email and age" });
// Long enough for progress to be told on the way: what comes together with the answer, this SDK drops.
const job = await call("create_job", { schema_id: read.schema_id, chunk_size: 100 });
const uri = `rowmill://jobs/${job.job_id}`;
await client.subscribeResource({ uri });
await call("control_job", { job_id: job.job_id, action: "start" });
let now;
do {
  now = await call("get_job_progress", { job_id: job.job_id });
} while (!["COMPLETED", "FAILED"].includes(now.status));
const merged = await call("merge_and_download", { job_id: job.job_id });
const report = (await client.readResource({ uri: `${uri}/report` })).contents[0].text;
const refused = await client.callTool({ name: "get_job_progress", arguments: { job_id: "x" } });
await client.close();
console.log(JSON.stringify({ tools, read, status: now.status, merged, report, refused, seen, uri }));
