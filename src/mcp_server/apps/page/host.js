// The host, spoken to as MCP Apps (SEP-1865, 2026-01-26) says: JSON-RPC over postMessage.
const host = (() => {
  const PROTOCOL = "2026-01-26";
  const waiting = new Map();
  const heard = {};
  const answered = { ping: () => ({}) };
  let last = 0;
  let capabilities = {};

  const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  const notify = (method, params = {}) => send({ method, params });

  function request(method, params) {
    const id = ++last;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
  }

  function settle({ id, result, error }) {
    const asked = waiting.get(id);
    if (!asked) return;
    waiting.delete(id);
    if (error) asked.reject(new Error(error.message || "the host refused"));
    else asked.resolve(result);
  }

  function answer({ id, method, params }) {
    if (answered[method]) send({ id, result: answered[method](params) });
    else send({ id, error: { code: -32601, message: `no method ${method}` } });
  }

  window.addEventListener("message", ({ source, data }) => {
    // Any frame may post here; only the host is listened to.
    if (source !== window.parent || data === null || data?.jsonrpc !== "2.0") return;
    if (data.method === undefined) settle(data);
    else if (data.id !== undefined) answer(data);
    else heard[data.method]?.(data.params || {});
  });

  /** Shakes hands. Gives what the host says of itself: theme, locale, the tool that was called. */
  async function connect(version) {
    const said = await request("ui/initialize", {
      protocolVersion: PROTOCOL,
      appInfo: { name: "rowmill", title: "rowmill", version },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    });
    capabilities = said.hostCapabilities || {};
    notify("ui/notifications/initialized");
    return said.hostContext || {};
  }

  /** A tool's whole answer as data. An error that a tool tells is thrown with its own sentence. */
  async function call(name, args) {
    const result = await request("tools/call", { name, arguments: args });
    if (result.isError) throw new Error(told(result));
    return dataOf(result);
  }

  /** A resource's JSON, or null where the host does not read resources. */
  async function read(uri) {
    if (!capabilities.serverResources) return null;
    const { contents } = await request("resources/read", { uri });
    return JSON.parse(contents[0].text);
  }

  /** Lets the model know what the person did here; not every host passes that on. */
  function tellModel(text) {
    if (!capabilities.updateModelContext) return;
    const content = [{ type: "text", text }];
    request("ui/update-model-context", { content }).catch(() => {});
  }

  return {
    connect, call, read, tellModel, notify,
    on: (method, handler) => { heard[method] = handler; },
    onRequest: (method, handler) => { answered[method] = handler; },
    callsTools: () => Boolean(capabilities.serverTools),
  };
})();

/** What a tool said in words. */
function told(result) {
  const texts = (result.content || []).filter((part) => part.type === "text");
  return texts.map((part) => part.text).join("\n") || "the tool answered nothing";
}

/** What a tool said as data: hosts that drop structured content still pass the text on. */
function dataOf(result) {
  if (result.structuredContent) return result.structuredContent;
  try {
    return JSON.parse(told(result));
  } catch {
    throw new Error(told(result));
  }
}
