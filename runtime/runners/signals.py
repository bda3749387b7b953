"""To whom a stop is sent: to every process of a job, once. dbt takes a second SIGINT for the wish to drop its own clean-up."""

from typing import Final

KEEPERS: Final = ("timeout", "tini", "dumb-init", "docker-init", "catatonit")
"""Programs that send what they get to what they run, which would hear it twice; by themselves they end with it."""

WITHIN: Final = f"""
others= keepers=
for place in /proc/[0-9]*; do
  pid=${{place#/proc/}}
  [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] || continue
  IFS= read -r name < "$place/comm" || continue
  case $name in
    {"|".join(KEEPERS)}) keepers=$pid;;
    *) others="$others $pid";;
  esac
done 2>/dev/null
[ -n "$keepers" ] || others=-1
kill -"$0" $others
exit 0
"""
"""For `sh -c` inside a container, with the signal's name as its argument. The engine itself signals process 1 alone, and that one
a child or a process group: `timeout 1h dbt build` would hear nothing. -1 is all but process 1 and this shell, at one moment."""
