// Makes console/dist-embed from console/dist: what the server carries inside. Every asset is there as .br and .gz,
// and never plain: the server unpacks the .gz for a client that knows neither. index.html stays plain, since the
// server writes a fresh nonce into it for every answer. A budget keeps the first load small.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const from = path.join(root, "dist");
const to = path.join(root, "dist-embed");
const FIRST_LOAD_BUDGET = 200 * 1024;

await rm(to, { recursive: true, force: true });
const entries = await readdir(from, { recursive: true, withFileTypes: true });
const gzipped = new Map();
for (const entry of entries.filter((entry) => entry.isFile())) {
  const source = path.join(entry.parentPath, entry.name);
  const name = path.relative(from, source);
  const target = path.join(to, name);
  await mkdir(path.dirname(target), { recursive: true });
  const bytes = await readFile(source);
  if (name === "index.html") {
    await writeFile(target, bytes);
    continue;
  }
  // The slowest brotli level is not worth its time on very large files.
  const quality = bytes.length > 1024 * 1024 ? 9 : 11;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const gz = await promisify(gzip)(bytes, { level: 9 });
  gzipped.set(name, gz.length);
  await writeFile(`${target}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${target}.gz`, gz);
}

const index = await readFile(path.join(to, "index.html"), "utf8");
const first = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const size = first.reduce((sum, name) => sum + (gzipped.get(name) ?? 0), 0);
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
console.log(`first load: ${kilobytes(size)} of JavaScript (gzip), budget ${kilobytes(FIRST_LOAD_BUDGET)}`);
if (first.length === 0 || size > FIRST_LOAD_BUDGET) {
  console.error("error: the first load is over its budget, or index.html names no script");
  process.exit(1);
}
