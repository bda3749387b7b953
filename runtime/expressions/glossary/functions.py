"""The functions: `{{ function(...) }}`."""

from runtime.expressions.glossary.entry import words

FUNCTIONS = words([
    # texts and data
    ("fromIon(ion, allRows=false)", "The value that an Ion text holds; with `allRows` the list of them all.", "{{ fromIon('{a:1}').a }}", "1"),
    ("fromJson / json / jsonDecode(json)", "The value that a JSON text holds.", "{{ fromJson('[1, 2]') | last }}", "2"),
    ("yaml(yaml)", "The value that a YAML text holds.", "{{ yaml('a: [1, 2]').a | first }}", "1"),
    ("max(value, ...)", "The largest of several values, or of a list.", "{{ max(1, 5, 3) }}", "5"),
    ("min(value, ...)", "The smallest of several values, or of a list.", "{{ min([4, 2]) }}", "2"),
    ("range(start, end, increment=1)", "Numbers or letters from one to another, both included.", "{{ range(1, 7, 3) }}", "[1,4,7]"),
    ("render(toRender, recursive=true)", "Renders a text that holds expressions, until nothing changes: what `vars.x` needs.", "{{ render(vars.greeting) }}", "hello nightly"),
    ("renderOnce(toRender)", "Renders a text that holds expressions, once.", "{{ renderOnce(vars.greeting) }}", "hello nightly"),
    ("block(name)", "The output of a `{% block %}` once more.", "{% block a %}x{% endblock %}{{ block('a') }}", "xx"),
    # dates
    ("now(format='iso', timeZone, existingFormat, locale)", "This moment, as `date` writes it.", "{{ now('yyyy-MM-dd') }}", "2024-03-09"),
    ("dayOfMonth(date)", "1 to 31.", "{{ dayOfMonth('2024-03-09') }}", "9"),
    ("dayOfWeek(date)", "MONDAY to SUNDAY.", "{{ dayOfWeek('2024-03-09') }}", "SATURDAY"),
    ("hourOfDay(date)", "0 to 23.", "{{ hourOfDay('2024-03-09T13:05:00') }}", "13"),
    ("monthOfYear(date)", "1 to 12.", "{{ monthOfYear('2024-03-09') }}", "3"),
    ("isDayWeekInMonth(date, dayOfWeek, dayInMonth)", "Whether the date is the FIRST, SECOND, THIRD, FOURTH or LAST such day of its month.", "{{ isDayWeekInMonth('2024-03-09', 'SATURDAY', 'SECOND') }}", "true"),
    ("isLastWorkingDay(date, workingDays)", "Whether no later day of the month is worked on: Monday to Friday, or the days that are named.", "{{ isLastWorkingDay('2024-03-29') }}", "true"),
    ("isWeekend(date)", "Whether the date is a Saturday or Sunday.", "{{ isWeekend('2024-03-09') }}", "true"),
    # the execution
    ("currentEachOutput(outputs)", "The output of this turn of the loops around.", "{{ currentEachOutput(outputs.inner).value }}"),
    ("errorLogs()", "The lines of level ERROR that the tasks of this execution have logged: maps with `taskId`, `message`, `timestamp` ...", "{{ errorLogs()[0].message }}"),
    ("fetchContext()", "All variables there are, as a map.", "{{ fetchContext() | keys }}"),
    ("loopOutputs(outputs, id)", "One output of every turn of a Loop.", "{{ loopOutputs([{'outputs': {'n': 1}}, {'outputs': {'n': 2}}], 'n') }}", "[1,2]"),
    ("printContext()", "All variables there are, as JSON.", "{{ printContext() }}"),
    ("tasksWithState(state)", "The task runs in a state: maps with `taskId`, `state` and, in a loop, `value`.", "{{ tasksWithState('FAILED') | jq('.[].taskId') | join(', ') }}"),
    # what is kept
    ("secret(key, namespace, subkey)", "A secret of the flow's namespace or one above; masked wherever it is written. `subkey` takes one value of a JSON object.", "{{ secret('SLACK_WEBHOOK') }}"),
    ("kv(key, namespace, errorOnMissing=true)", "A value of the key-value store, of the flow's namespace or one above.", "{{ kv('last_order') }}"),
    ("read(path, namespace)", "The text of a file: a stored one (`kestra:///`), or a file of the namespace.", "{{ read(outputs.report.uri) }}"),
    ("subflow(namespace, id, inputs, revision, labels, timeout='PT1M')", "In an input's expressions only: runs another flow to its end and gives a map with its `outputs`, `state`, `id` and `labels`.", "{{ subflow('company.team', 'list_tables').outputs.tables }}"),
    ("fileExists(path, namespace)", "Whether there is such a file.", "{{ fileExists('queries/daily.sql') }}"),
    ("fileSize(path, namespace)", "How many bytes a file has.", "{{ fileSize(outputs.report.uri) }}"),
    ("fileURI(path, namespace)", "The `kestra:///` address of a file of the namespace.", "{{ fileURI('queries/daily.sql') }}"),
    ("isFileEmpty(path, namespace)", "Whether a file has no content.", "{{ isFileEmpty(outputs.report.uri) }}"),
    ("encrypt(key, plaintext)", "A text encrypted with AES-GCM; the key is 16, 24 or 32 bytes in base64.", "{{ encrypt(secret('KEY'), 'text') }}"),
    ("decrypt(key, encrypted)", "A text that `encrypt` encrypted.", "{{ decrypt(secret('KEY'), outputs.x.value) }}"),
    ("http(uri, method='GET', query, body, contentType, headers, options, accept)", "The body of the answer to a request: a value where it is JSON, else a text.", "{{ http('https://example.com/rates.json').eur }}"),
    # chance
    ("id()", "A new id that sorts by time: 20 letters and digits.", "{{ id() | length }}", "20"),
    ("ksuid()", "A new KSUID: 27 letters and digits that sort by time.", "{{ ksuid() | length }}", "27"),
    ("nanoId(length=21, alphabet)", "A random id.", "{{ nanoId(8) | length }}", "8"),
    ("randomInt(lower, upper)", "A whole number from `lower` on, and below `upper`.", "{{ randomInt(3, 4) }}", "3"),
    ("randomPort()", "A TCP port that is free at this moment.", "{{ randomPort() }}"),
    ("uuid()", "A new UUID of version 7: it sorts by time.", "{{ uuid() | length }}", "36"),
])  # fmt: skip
