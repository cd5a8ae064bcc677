// Reads {"schema": ..., "documents": {NAME: ...}} and writes {NAME: what is wrong}
// with an entry for each document that is not valid. A schema that is not
// strictly valid itself is an error.
const Ajv = require("ajv/dist/2020");

const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, strictTypes: true, strictTuples: true, strictRequired: true, validateFormats: false });
const valid = ajv.compile(input.schema);
const wrong = {};
for (const [name, document] of Object.entries(input.documents)) {
  if (!valid(document)) wrong[name] = ajv.errorsText(valid.errors.slice(0, 3));
}
process.stdout.write(JSON.stringify(wrong));
