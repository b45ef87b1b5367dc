"""What a model reads before it calls: instructions, and a description for each tool."""

from __future__ import annotations

INSTRUCTIONS = """\
rowmill makes synthetic datasets: a sentence becomes a schema, a schema a job, a job a checked file.
1. extract_schema with the user's own words (or write a schema yourself: validate_schema).
2. Tell the user the assumptions and ask the questions; to change something, call extract_schema \
again with current_schema.
3. create_job with the schema_id, row_count and start=true. It runs by itself: do not call \
generate_chunk for each chunk.
4. get_job_progress until status is COMPLETED.
5. merge_and_download writes the file and returns its path, sha256 and which expectations hold. \
The rows are in that file, never in an answer.
An answer with state "working" goes on: make the same call again. Errors read \
[code] what happened (what to do now)."""

LANGUAGE = """\
Schema language: {"name": "orders", "rows": 500, "fields": [
{"name": "id", "type": "integer", "generator": {"kind": "sequence", "start": 1}},
{"name": "email", "type": "string", "format": "email", "constraints": {"unique": true}},
{"name": "status", "type": "string", "generator": {"kind": "category", "values": ["new", "paid"], \
"weights": [70, 30]}},
{"name": "price", "type": "number", "generator": {"kind": "uniform", "minimum": 1, "maximum": 99, \
"decimal_places": 2}},
{"name": "note", "type": "string", "null_fraction": 0.3, "generator": {"kind": "text"}}]}
Types: string integer number boolean date time datetime duration array object. Formats: email uuid \
uri phone iban ipv4 country postcode … Constraints: required unique minimum maximum minLength \
maxLength pattern (RE2, full match) enum. Generators: category subcategory uniform normal \
lognormal poisson bernoulli datetime sequence uuid pattern person (part: name, email, \
given_name …) text llm_text constant … Computed, never drawn: {"kind": "expression", "expr": \
"quantity * price"} in SQL; parent_table.field is the parent's value; "null_when": \
"status <> 'paid'".
Several tables: "tables": [{"name", "rows", "fields", "primary_key", "rules", "foreign_keys": \
[{"fields": ["customer_id"], "reference": {"table": "customers", "fields": ["id"]}, "per_parent": \
{"minimum", "maximum", "share_with_none": 0.05, "skew": {"top": 0.2, "share": 0.6}}, \
"optional_fraction", "acyclic"}]}]; rows are left out where per_parent makes them. Totals: \
{"kind": "aggregate", "expr": "sum(lines.amount)"}; line numbers: {"kind": "line_number"}.
Rules, true on every row: {"rule": "inequality", "low": "customers.signed_up", "high": \
"ordered_on"}, implies (when, then), sum_to (fields, total), unique_together, monotonic …
Promises to prove: "expectations": [{"check": "share", "field": "orders.status", "value": "paid", \
"equals": 0.7}], range unique references mean … Unknown words are answered with the known ones."""

EXTRACT_SCHEMA = """\
Turns a request in plain words into a schema: fields, types, ranges, shares, rows. Use it first, \
and again with current_schema to refine. Nothing is generated yet. Tell the user the assumptions \
and ask the questions before create_job. Without a model key a built-in reader handles one table; \
for several tables write the schema yourself and call validate_schema.
Example: {"description": "500 customers with name, email, age between 18 and 80, country (US, UK, \
DE)"} → schema_id, schema, assumptions, questions, 3 preview rows."""

VALIDATE_SCHEMA = f"""\
Checks a schema: every problem at once, each with its path and a hint, then 3 preview rows from \
the engine that makes the job, and an estimate of calls, money, seconds and bytes. Where \
something is wrong, mended is the schema with every problem fixed: a fix may drop what cannot be \
had, so show the user before using its id. Use it for a schema you wrote or changed yourself; \
what extract_schema answered is checked already.
Example: {{"schema": {{"name": "t", "fields": [{{"name": "id", "type": "integer"}}]}}, \
"row_count": 100}} → valid, problems, schema_id.
{LANGUAGE}"""

CREATE_JOB = """\
Plans a job from a schema_id (or a schema): how many rows, which format, which chunks, at what \
estimated cost. start=true runs it at once in the background, to the end, which is the usual way; \
otherwise start it later with control_job.
Example: {"schema_id": "sch_…", "row_count": 500, "output_format": "parquet", "start": true} → \
job_id; then get_job_progress, then merge_and_download.
validate_schema explains what a schema is and names every problem of one."""

GENERATE_CHUNK = """\
Makes one chunk of a job now, and returns its rows, bytes and sha256 (not the rows themselves). \
Only for stepping through a job by hand: create_job or control_job with start makes all chunks \
without further calls. Asked again for the same chunk it answers the same, at no cost.
Example: {"job_id": "job_…", "chunk_index": 0}."""

GET_JOB_PROGRESS = """\
Where a job stands: status, rows and chunks done and owed, percent, rows per second, seconds left, \
tokens and money so far, the last problem. While the job runs the call waits up to wait_s seconds \
for news, so call it again and again without pausing in between.
Example: {"job_id": "job_…"}; when status is COMPLETED, call merge_and_download."""

CONTROL_JOB = """\
Starts, pauses, resumes, cancels, retries or deletes a job, and says what is allowed next. start \
and resume run it in the background; retry goes on with a FAILED job where it stopped; cancel is \
final; delete removes the job and its chunks, while merged files stay. Ask the user before cancel \
or delete.
Example: {"job_id": "job_…", "action": "pause"} → before, after, allowed."""

LIST_JOBS = """\
The jobs there are, newest first, one short entry each. Use it to find a forgotten job_id.
Example: {"status": "COMPLETED", "limit": 5}; pass next_cursor as cursor for the next page."""

MERGE_AND_DOWNLOAD = """\
Writes the dataset of a COMPLETED job as a file (one a table), checks every expectation on it and \
returns path, bytes, rows, sha256, first rows and the verdicts. Asked again, the same file is \
answered; another output_format is another file. The rows are in the file, not in the answer: give \
the user the path.
Example: {"job_id": "job_…", "output_format": "csv", "file_name": "customers.csv"}."""

LEFT_OUT = """\
what stands in not_understood is missing: add it to the schema (validate_schema explains the \
language) or tell the user; then """

CALL_AGAIN = "call again with the same arguments"

NOT_AGREED = "the user did not agree to the cost: nothing is started or spent"
ASK_LESS = "ask what to change: fewer rows, generation=local, max_cost_usd"
NOT_STARTED = f"{NOT_AGREED} ({ASK_LESS})"
