"""Operators, tests and tags, and the variables that a template may name."""

from runtime.expressions.glossary.entry import Word, words


def _operators(rows: list[tuple[str, str, str, str]]) -> tuple[Word, ...]:
    return tuple(
        Word(name, "a ? b : c" if name == "? :" else f"a {name} b", text, example, result)
        for name, text, example, result in rows
    )


OPERATORS = _operators([
    ("??", "`b` where `a` is null, or does not exist.", "{{ inputs.nothing ?? 'x' }}{{ nowhere.at.all ?? 'y' }}", "xy"),
    ("???", "`b` only where `a` does not exist: null stays null.", "{{ nowhere ??? 'x' }}", "x"),
    ("? :", "`a ? b : c` is `b` where `a` is true, else `c`.", "{{ 3 > 2 ? 'more' : 'less' }}", "more"),
    ("==", "Equal: numbers by value, lists and maps by their parts.", "{{ 1 == 1.0 }}{{ '1' == 1 }}", "truefalse"),
    ("!=", "Not equal.", "{{ 'a' != 'b' }}", "true"),
    ("equals", "The same as `==`.", "{{ 'a' equals 'a' }}", "true"),
    ("<", "Less: two numbers, two texts or two dates.", "{{ 1 < 2 }}", "true"),
    ("<=", "Less or equal.", "{{ 2 <= 2 }}", "true"),
    (">", "Greater.", "{{ 2 > 1 }}", "true"),
    (">=", "Greater or equal.", "{{ 1 >= 2 }}", "false"),
    ("and", "Both.", "{{ true and false }}", "false"),
    ("or", "One of them.", "{{ true or false }}", "true"),
    ("contains", "Whether a list has a value (of a list on the right: all of them), a text a part, a map a key.", "{{ [1, 2] contains 2 }}", "true"),
    ("isIn", "Whether a value is in a list, or among the keys and values of a map; compared as texts.", "{{ 1 isIn ['1', '2'] }}", "true"),
    ("in", "Whether a value is in a list, text or map (from Jinja2).", "{{ 'a' in ['a', 'b'] }}", "true"),
    ("not in", "Whether it is not.", "{{ 'c' not in ['a', 'b'] }}", "true"),
    ("+", "The sum; a text on either side joins them, a list is made longer.", "{{ 1 + 2 }}{{ 'a' + 1 }}", "3a1"),
    ("-", "The difference; a list without some of its values.", "{{ 5 - 3 }}", "2"),
    ("*", "The product.", "{{ 3 * 4 }}", "12"),
    ("/", "The quotient; of whole numbers a whole one.", "{{ 7 / 2 }}", "3"),
    ("%", "The rest of a division.", "{{ 7 % 3 }}", "1"),
    ("//", "The quotient, rounded down (from Jinja2).", "{{ 7.5 // 2 }}", "3.0"),
    ("**", "The power (from Jinja2).", "{{ 2 ** 3 }}", "8"),
    ("~", "Both as one text; binds tighter than `+`.", "{{ 'a' ~ 1 }}", "a1"),
    ("..", "A list from one number or letter to another.", "{{ 1..4 }}", "[1,2,3,4]"),
    ("|", "A filter; binds tighter than arithmetic.", "{{ 'a' | upper }}", "A"),
    ("is", "A test: `a is empty`, `a is not empty`.", "{{ '' is empty }}", "true"),
])  # fmt: skip
"""By their spelling."""

TESTS = words([
    ("boolean", "True or false.", "{{ true is boolean }}", "true"),
    ("defined", "Whether the name exists. Where a part of a path may be missing, `??` is the safer way.", "{{ nowhere is defined }}", "false"),
    ("divisibleby(number)", "Without a rest (from Jinja2).", "{{ 6 is divisibleby(3) }}", "true"),
    ("empty", "Null, a blank text, a list or map without items.", "{{ [] is empty }}", "true"),
    ("equals / eq / equalto(value)", "As `==`.", "{{ 1 is equals(1) }}", "true"),
    ("even", "An even number.", "{{ 2 is even }}", "true"),
    ("false", "The value false.", "{{ false is false }}", "true"),
    ("float", "A number with a point.", "{{ 1.5 is float }}", "true"),
    ("integer", "A whole number.", "{{ 1 is integer }}", "true"),
    ("iterable", "What `for` runs over: a list or a map.", "{{ [1] is iterable }}", "true"),
    ("json", "A text that is JSON.", "{{ '{\"a\": 1}' is json }}", "true"),
    ("lower", "A text in lower case.", "{{ 'a' is lower }}", "true"),
    ("map / mapping", "A map.", "{{ {} is map }}", "true"),
    ("ne(value)", "As `!=`.", "{{ 1 is ne(2) }}", "true"),
    ("null / none", "Null.", "{{ inputs.nothing is null }}", "true"),
    ("number", "A number.", "{{ 1 is number }}", "true"),
    ("odd", "An odd number.", "{{ 1 is odd }}", "true"),
    ("sequence", "A text or a list.", "{{ 'a' is sequence }}", "true"),
    ("string", "A text.", "{{ 'a' is string }}", "true"),
    ("true", "The value true.", "{{ true is true }}", "true"),
    ("undefined", "Whether the name does not exist.", "{{ nowhere is undefined }}", "true"),
    ("upper", "A text in upper case.", "{{ 'A' is upper }}", "true"),
])  # fmt: skip

TAGS = tuple(
    Word(name, usage, text, example, result)
    for name, usage, text, example, result in [
        ("if", "{% if a %} {% elseif b %} {% else %} {% endif %}", "What is rendered where a condition holds.", "{% if 1 > 2 %}a{% elseif true %}b{% endif %}", "b"),
        ("for", "{% for x in list %} {% else %} {% endfor %}", "Once for each item; of a map each entry, with `key` and `value`. `loop.index` counts from 0; there are `loop.first`, `loop.last`, `loop.length` and `loop.revindex` too.", "{% for x in ['a', 'b'] %}{{ loop.index }}{{ x }}{% endfor %}", "0a1b"),
        ("set", "{% set x = value %}", "A variable of the template's own, the same in loops and outside.", "{% set n = 0 %}{% for x in [1, 2] %}{% set n = n + x %}{% endfor %}{{ n }}", "3"),
        ("macro", "{% macro name(a, b='x') %} {% endmacro %}", "A part of a template to use several times.", "{% macro f(a) %}[{{ a }}]{% endmacro %}{{ f(1) }}{{ f(2) }}", "[1][2]"),
        ("block", "{% block name %} {% endblock %}", "A part of a template that `block(name)` gives once more.", "{% block a %}x{% endblock %}", "x"),
        ("filter", "{% filter name %} {% endfilter %}", "A filter on all that stands between.", "{% filter upper %}a{{ 'b' }}{% endfilter %}", "AB"),
        ("raw", "{% raw %} {% endraw %}", "Text that is not rendered; `verbatim` is the same.", "{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("verbatim", "{% verbatim %} {% endverbatim %}", "Text that is not rendered.", "{% verbatim %}{{ x }}{% endverbatim %}", "{{ x }}"),
        ("cache", "{% cache name %} {% endcache %}", "Only its content counts.", "{% cache 'a' %}x{% endcache %}", "x"),
        ("parallel", "{% parallel %} {% endparallel %}", "Only its content counts.", "{% parallel %}x{% endparallel %}", "x"),
        ("autoescape", "{% autoescape true %} {% endautoescape %}", "Only its content counts: nothing is escaped.", "{% autoescape true %}<{% endautoescape %}", "<"),
        ("flush", "{% flush %}", "Does nothing.", "a{% flush %}b", "ab"),
    ]
)  # fmt: skip

VARIABLES = words([
    ("inputs", "What the execution was given: `inputs.day`, `inputs['a-b']`."),
    ("outputs", "What the tasks have given: `outputs.TASK.KEY`; in a loop `outputs.TASK[taskrun.value].KEY`."),
    ("vars", "The flow's `variables`, as they are written: `render(vars.x)` renders one."),
    ("flow", "`id`, `namespace`, `revision`."),
    ("execution", "`id`, `startDate`, `state`, `originalId`, and at its end `outputs`."),
    ("task", "`id` and `type` of the task at hand."),
    ("taskrun", "`id`, `startDate`, `attemptsCount`, `parentId`; in a loop `value` and `iteration`."),
    ("parent", "Of the loop around: `taskrun.value`, `outputs`."),
    ("parents", "Of all loops around, the nearest first."),
    ("trigger", "What the trigger that began the execution knows: `trigger.date` of a schedule, `trigger.executionId` of a flow."),
    ("labels", "Of the execution; `a.b` is `labels.a.b`."),
    ("tasks", "`tasks.ID.state`."),
    ("envs", "The runtime's own environment variables that begin with `ENV_`, in lower case and without it."),
    ("workingDir", "The directory of a script task."),
    ("outputDir", "A directory of a script task; what is written there is kept."),
])  # fmt: skip
