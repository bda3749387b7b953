{# Money is kept in cents until the last step and is a decimal afterwards, so that sums stay exact. #}
{% macro euros(cents) -%}
    cast({{ cents }} / 100.0 as decimal(12, 2))
{%- endmacro %}
