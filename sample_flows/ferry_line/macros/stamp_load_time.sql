{# A CSV file says nothing of when it was loaded; a column that is filled on load does, and makes the source's freshness real. #}
{% macro stamp_load_time(relation) -%}
    alter table {{ relation }} add column loaded_at timestamptz default now()
{%- endmacro %}
