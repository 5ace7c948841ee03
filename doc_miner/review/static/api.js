// Requests to the server this page came from.

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
export const readOnly = meta("read-only") === "yes";

export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.message || "没有成功，请重试。");
    this.status = status;
    this.record = answer.record;
  }
}

export async function get(path, query = {}) {
  const wanted = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value != null));
  return answerOf(fetch(`/api/${path}?${wanted}`, { headers: { Accept: "application/json" } }));
}

export async function post(path, body = null) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": meta("csrf") };
  return answerOf(fetch(`/api/${path}`, { method: "POST", headers, body: body && JSON.stringify(body) }));
}

async function answerOf(request) {
  let answer;
  try {
    answer = await request;
  } catch {
    throw new Refusal(0, { message: "连不上服务；它可能已停止，改动未写入。" });
  }
  if (answer.status === 401) location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, value);
  return value;
}
