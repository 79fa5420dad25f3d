"""The eight hunts side by side: Bartizan, DuckDB and ClickHouse (chdb), over the same events.

    cargo run --release -- --data DIR generate
    PYTHON compare.py DIR BINARY [--rounds 5]

needs the packages duckdb and chdb. The others read the same Parquet files, and tables of their own, sorted by device and
time as they recommend. All engines have two threads and are asked in turn; the best of the rounds counts. Besides the time
that passed, the time that all threads worked is told: on a busy machine that is the one to compare. Answers are compared by
their number of rows.
"""

import argparse, glob, json, os, subprocess, sys, time

import chdb.session
import duckdb

TABLES = ["DeviceProcessEvents", "DeviceNetworkEvents", "DeviceFileEvents"]
THREADS = 2


def sql(dialect, table, facts):
    """The hunts in SQL; the two dialects differ in four places."""
    P, N, F = (table(name) for name in TABLES)
    duck = dialect == "duckdb"
    day = "Timestamp >= TIMESTAMP '2024-01-15' AND Timestamp < TIMESTAMP '2024-01-16'" if duck else \
        "Timestamp >= toDateTime64('2024-01-15 00:00:00', 9, 'UTC') AND Timestamp < toDateTime64('2024-01-16 00:00:00', 9, 'UTC')"
    like = lambda text: f"ProcessCommandLine ILIKE '%{text}%'"
    words = ["linpeas", "chisel", "mimipenguin", "ngrok"]
    if duck:
        has_any = "regexp_matches(ProcessCommandLine, '(^|[^a-z0-9])(" + "|".join(words) + ")([^a-z0-9]|$)', 'i')"
    else:
        has_any = "(" + " OR ".join(f"hasTokenCaseInsensitive(ProcessCommandLine, '{word}')" for word in words) + ")"
    later = "INTERVAL 5 MINUTE"
    shown = "Timestamp, ActionType, InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessAccountName, EventId"
    one_day = lambda source, what: f"SELECT {shown}, {what} AS What FROM {source} WHERE DeviceId = '{facts['device']}' AND {day}"
    exact = (lambda column: f"count(DISTINCT {column})") if duck else (lambda column: f"uniqExact({column})")
    return {
        "needle": f"SELECT Timestamp, DeviceName, FileName, ProcessCommandLine, AccountName FROM {P} WHERE SHA256 = '{facts['hash']}'",
        "device-day": f"SELECT * FROM ({one_day(P, 'ProcessCommandLine')} UNION ALL {one_day(N, 'RemoteIP')} UNION ALL {one_day(F, 'FolderPath')}) ORDER BY Timestamp",
        "substring": f"SELECT Timestamp, DeviceName, ProcessCommandLine, InitiatingProcessFileName FROM {P} WHERE {like('stratum+tcp')}",
        "distinct": f"SELECT DeviceName, count(*), {exact('SHA256')}, {exact('ProcessCommandLine')}, {exact('AccountName')} FROM {P} GROUP BY DeviceName",
        "join": f"""SELECT RemoteIP, count(*) AS Connections FROM
            (SELECT Timestamp AS Started, DeviceId, ProcessUniqueId FROM {P} WHERE FileName IN ('curl', 'wget', 'nc', 'python3')) AS p
            JOIN (SELECT Timestamp AS Connected, DeviceId, InitiatingProcessUniqueId, RemoteIP FROM {N} WHERE RemoteIPType = 'Public') AS n
            ON p.DeviceId = n.DeviceId AND p.ProcessUniqueId = n.InitiatingProcessUniqueId
            WHERE Connected >= Started AND Connected <= Started + {later}
            GROUP BY RemoteIP ORDER BY Connections DESC, RemoteIP LIMIT 20""",
        "rare-parent": f"SELECT InitiatingProcessFileName, FileName, count(*) AS Starts, {exact('DeviceId')} FROM {P} GROUP BY InitiatingProcessFileName, FileName HAVING Starts < 20",
        "has-any": f"SELECT Timestamp, DeviceName, ProcessCommandLine FROM {P} WHERE {day} AND {has_any}",
        "talkers": f"SELECT RemoteIP, count(*) AS Connections, {exact('DeviceId')} FROM {N} WHERE RemoteIPType = 'Public' GROUP BY RemoteIP ORDER BY Connections DESC, RemoteIP LIMIT 10",
    }


class Measured:
    """Time that passes, and time that this process works, all its threads together."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def ms(self):
        return (time.perf_counter() - self.wall) * 1e3, (time.process_time() - self.cpu) * 1e3


class Ours:
    name = "Bartizan"

    def __init__(self, binary, data):
        command = [binary, "--data", data, "answer"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, hunt):
        self.process.stdin.write(hunt + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        if "error" in told:
            raise RuntimeError(told["error"])
        return told["ms"], told["cpu_ms"], told["rows"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Duck:
    def __init__(self, name, connection, table, facts):
        self.name, self.connection = name, connection
        self.hunts = sql("duckdb", table, facts)

    def ask(self, hunt):
        measured = Measured()
        rows = len(self.connection.execute(self.hunts[hunt]).fetchall())
        return *measured.ms(), rows

    def end(self):
        pass


class Click:
    def __init__(self, name, session, table, facts):
        self.name, self.session = name, session
        self.hunts = sql("chdb", table, facts)

    def ask(self, hunt):
        query = f"{self.hunts[hunt]} SETTINGS max_threads = {THREADS}"
        measured = Measured()
        text = self.session.query(query, "JSONCompactEachRow").bytes()
        return *measured.ms(), text.count(b"\n")

    def end(self):
        pass


def size_of(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def files(data, table):
    return f"{data}/telemetry/*/table={table}/*/*.parquet"


def own_tables(data, work):
    """Tables of their own, made once; the bytes they take."""
    tables = [os.path.basename(path)[6:] for path in glob.glob(f"{data}/telemetry/*/table=*")]
    duck_path, click_path = f"{work}/duck.db", f"{work}/click"
    fresh = not os.path.exists(duck_path)
    connection = duckdb.connect(duck_path)
    connection.execute(f"SET threads = {THREADS}; SET TimeZone = 'UTC'; SET memory_limit = '6GB'; SET temp_directory = '{work}/tmp'")
    if fresh:
        for table in tables:
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{files(data, table)}', hive_partitioning = false) ORDER BY DeviceId, Timestamp")
        connection.execute("CHECKPOINT")
    fresh = not os.path.exists(click_path)
    session = chdb.session.Session(click_path)
    session.query("SET use_hive_partitioning = 0")
    session.query("CREATE DATABASE IF NOT EXISTS own")
    if fresh:
        for table in tables:
            described = session.query(f"DESCRIBE file('{files(data, table)}', Parquet)", "JSONEachRow").bytes().decode()
            columns = [json.loads(line) for line in described.splitlines()]
            plain = lambda column: column["type"].removeprefix("Nullable(").removesuffix(")") if column["name"] in ("DeviceId", "Timestamp") or "String" in column["type"] else column["type"]
            few = {"DeviceName", "ActionType", "DeviceId", "AccountName", "FileName", "InitiatingProcessFileName", "InitiatingProcessAccountName", "RemoteIPType", "LocalIPType", "Protocol"}
            kind = lambda column: f"LowCardinality({plain(column)})" if column["name"] in few and plain(column) == "String" else plain(column)
            shape = ", ".join(f"{column['name']} {kind(column)} CODEC(ZSTD(1))" for column in columns)
            indexes = "".join(
                f", INDEX i_{name} {name} TYPE {index} GRANULARITY 1" for name, index in
                [("SHA256", "bloom_filter(0.01)"), ("ProcessCommandLine", "tokenbf_v1(32768, 3, 0)")]
                if any(column["name"] == name for column in columns))
            session.query(f"CREATE TABLE own.{table} ({shape}{indexes}) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (DeviceId, Timestamp)")
            chosen = ", ".join(f"ifNull({column['name']}, '') AS {column['name']}" if "String" in column["type"] and "Nullable" in column["type"] else column["name"] for column in columns)
            session.query(f"INSERT INTO own.{table} SELECT {chosen} FROM file('{files(data, table)}', Parquet) SETTINGS max_threads = {THREADS}, max_insert_threads = 1")
            session.query(f"OPTIMIZE TABLE own.{table} FINAL")
    active = session.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'own'", "TabSeparated").bytes()
    return connection, size_of(duck_path), session, int(active)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*")
    chosen = parser.parse_args()
    work = f"{chosen.data}/peers"
    os.makedirs(work, exist_ok=True)
    connection, duck_bytes, session, click_bytes = own_tables(chosen.data, work)
    listed = subprocess.run([chosen.binary, "--data", chosen.data, "hunts"], capture_output=True, text=True, check=True).stdout
    pick = lambda before: listed.split(before, 1)[1].split('"', 1)[0]
    facts = {"hash": pick('SHA256 == "'), "device": pick('DeviceId == "')}
    parquet = lambda table: f"read_parquet('{files(chosen.data, table)}', hive_partitioning = false)"
    engines = [
        Ours(chosen.binary, chosen.data),
        Duck("DuckDB, Parquet", connection, parquet, facts),
        Duck("DuckDB, own", connection, lambda table: table, facts),
        Click("chdb, Parquet", session, lambda table: f"file('{files(chosen.data, table)}', Parquet)", facts),
        Click("chdb, own", session, lambda table: f"own.{table}", facts),
    ]
    hunts = chosen.only or list(sql("duckdb", parquet, facts))
    walls, cpus, rows = {}, {}, {}
    for hunt in hunts:
        for _ in range(chosen.rounds):
            for engine in engines:
                key = (hunt, engine.name)
                wall, cpu, rows[key] = engine.ask(hunt)
                walls[key] = min(wall, walls.get(key, wall))
                cpus[key] = min(cpu, cpus.get(key, cpu))
        counts = {engine.name: rows[hunt, engine.name] for engine in engines}
        if len(set(counts.values())) != 1:
            print(f"{hunt}: different answers {counts}", file=sys.stderr)
    for what, best in (("ms", walls), ("CPU ms", cpus)):
        print(f"\n| hunt, {what} | " + " | ".join(engine.name for engine in engines) + " | best peer / ours |")
        print("|---|" + "---:|" * (len(engines) + 1))
        for hunt in hunts:
            ratio = min(best[hunt, engine.name] for engine in engines[1:]) / best[hunt, "Bartizan"]
            cells = " | ".join(f"{best[hunt, engine.name]:,.1f}" for engine in engines)
            print(f"| {hunt} ({rows[hunt, 'Bartizan']:,} rows) | {cells} | {ratio:.2f} |", flush=True)
    ours = size_of(f"{chosen.data}/telemetry")
    events = int(session.query("SELECT sum(rows) FROM system.parts WHERE active AND database = 'own'", "TabSeparated").bytes())
    shares = [ours, ours, duck_bytes, ours, click_bytes]
    ratio = min(duck_bytes, click_bytes) / ours
    print(f"| bytes per event ({events:,}) | " + " | ".join(f"{share / events:.1f}" for share in shares) + f" | {ratio:.2f} |")
    for engine in engines:
        engine.end()


main()
