"""Everything that a person can do, once: keys, footer, `?` help and the palette all derive from this table.

A disabled action keeps its key and says why: hands remember keys. An action's method is `do_<verb>` of the screen, where the
verb is the part of its id behind the dot; `app.*` are methods of the app, `table.*` of the list that has the focus.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from textual.binding import Binding, BindingType

from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import FlowView, TriggerView


@dataclass(frozen=True)
class Situation:
    """What an action may look at to say whether it makes sense."""

    selected: object = None
    """The FlowView, Execution, TriggerView or Trouble below the cursor."""
    offline: str = ""
    """Why nothing can be asked of the runtime; empty while the line is up."""


class Confirm(Enum):
    """How much harm it can do."""

    NEVER = "never"  #: it can be taken back
    ASK = "ask"  #: a dialog names the target, with Cancel in focus


Reason = Callable[[Situation], str]
"""Why an action can't be taken now; empty where it can."""


def always(situation: Situation) -> str:
    return ""


def online(situation: Situation) -> str:
    return situation.offline


def selected(situation: Situation) -> str:
    return "" if situation.selected is not None else "nothing is selected"


def valid_flow(situation: Situation) -> str:
    flow = situation.selected
    if not isinstance(flow, FlowView):
        return "no flow is selected"
    return "" if flow.revision else f"{flow.file} never was valid: `!` shows its problems"


def _startable(situation: Situation) -> str:
    flow = situation.selected
    if reason := situation.offline or valid_flow(situation):
        return reason
    assert isinstance(flow, FlowView)
    return f"{flow.namespace}.{flow.id} is disabled in its file" if flow.disabled else ""


def _scheduled(situation: Situation) -> str:
    if situation.offline:
        return situation.offline
    match situation.selected:
        case FlowView(triggers=triggers) as flow:
            return "" if triggers else f"{flow.namespace}.{flow.id} has no trigger to pause"
        case TriggerView(disabled=True) as trigger:
            return f"{trigger.trigger_id} is disabled in the flow's file"
        case TriggerView():
            return ""
    return "nothing is selected"


def _schedule(situation: Situation) -> str:
    trigger = situation.selected
    if not isinstance(trigger, TriggerView):
        return "no trigger is selected"
    return situation.offline or ("" if trigger.schedule else f"{trigger.trigger_id} has no schedule")


def _killable(situation: Situation) -> str:
    execution = situation.selected
    if not isinstance(execution, Execution):
        return "no execution is selected"
    if execution.state.is_terminal:
        return f"{execution.id} has ended already ({execution.state})"
    return situation.offline or (
        f"{execution.id} is being killed already" if execution.state is State.KILLING else ""
    )


def _restartable(situation: Situation) -> str:
    execution = situation.selected
    if not isinstance(execution, Execution):
        return "no execution is selected"
    if execution.state is not State.FAILED:
        return f"only an execution that FAILED can be restarted; {execution.id} is {execution.state}"
    return situation.offline


_HOLDABLE = frozenset(
    {State.CREATED, State.RUNNING, State.RETRYING, State.RESTARTED, State.PAUSED, State.QUEUED}
)


def _holdable(situation: Situation) -> str:
    execution = situation.selected
    if not isinstance(execution, Execution):
        return "no execution is selected"
    if execution.state not in _HOLDABLE:
        return f"{execution.id} is {execution.state}: there is nothing to pause"
    return situation.offline


def _has_parent(situation: Situation) -> str:
    execution = situation.selected
    if not isinstance(execution, Execution):
        return "no execution is selected"
    return "" if execution.parent_id else f"no other execution began {execution.id}"


def _ended(situation: Situation) -> str:
    execution = situation.selected
    if not isinstance(execution, Execution):
        return "no execution is selected"
    if not execution.state.is_terminal:
        return f"{execution.id} has not ended: it is {execution.state}"
    return situation.offline


@dataclass(frozen=True)
class Action:
    """One thing that a person can do."""

    id: str
    keys: tuple[str, ...]
    label: str
    """For the footer: one or two words."""
    help: str
    """For `?` and the palette: a sentence without a full stop."""
    scopes: tuple[str, ...] = ()
    """The screens where it holds; empty is what stands before the id's dot."""
    enabled: Reason = always
    confirm: Confirm = Confirm.NEVER
    cli: str = ""
    """The same on the command line."""
    footer: bool = False

    @property
    def verb(self) -> str:
        return self.id.partition(".")[2]

    @property
    def where(self) -> tuple[str, ...]:
        return self.scopes or (self.id.partition(".")[0],)

    @property
    def binding(self) -> Binding:
        return Binding(
            ",".join(self.keys),
            f"do('{self.id}')",
            self.label,
            show=self.footer,
            tooltip=self.help,
            id=self.id,
        )


#: In the order in which footers and `?` show them.
ACTIONS: Final[tuple[Action, ...]] = (
    # --- flows
    Action("flows.open", ("enter",), "open", "Open what the cursor is on", ("pulse", "flows", "executions", "triggers", "containers", "settings"), selected, footer=True),
    Action("flow.trigger", ("r",), "run", "Start an execution of this flow; asks for its inputs", ("flows", "flow"), _startable, cli="flowdeck run NAMESPACE.FLOW --detach", footer=True),
    Action("flow.pause", ("p",), "pause", "Pause this flow's triggers, or let them fire again", ("flows", "flow"), _scheduled, cli="flowdeck trigger pause NAMESPACE.FLOW.TRIGGER", footer=True),
    Action("flow.edit", ("e",), "edit", "Edit the file in $EDITOR; what is saved runs at once", ("flows", "flow", "problems"), selected, footer=True),
    Action("flows.faulty", ("exclamation_mark",), "problems", "Show only what has problems, or everything again", ("flows", "executions"), footer=True),
    # --- one flow
    Action("flow.pane", ("tab",), "next pane", "Go to the next pane: topology, source, executions", ("flow",), footer=True),
    Action("flow.open", ("enter",), "open run", "Open the execution that the cursor is on in the third pane", ("flow",), footer=True),
    Action("flow.pane_back", ("shift+tab",), "previous pane", "Go to the pane before", ("flow",)),
    # --- executions
    Action("execution.kill", ("x",), "kill", "Stop this execution: SIGINT first, then SIGTERM, then SIGKILL", ("pulse", "executions", "execution"), _killable, Confirm.ASK, cli="flowdeck execution kill ID", footer=True),
    Action("execution.restart", ("R", "shift+r"), "restart", "Go on from where it failed; what succeeded does not run again", ("pulse", "executions", "execution"), _restartable, cli="flowdeck execution restart ID", footer=True),
    Action("execution.hold", ("P", "shift+p"), "pause", "Pause this execution, let a paused one go on, or begin a queued one now", ("pulse", "executions", "execution"), _holdable, cli="flowdeck execution pause | resume | force-run ID"),
    Action("execution.replay", ("r",), "replay", "Run this execution once more, from the beginning or from the selected task", ("executions", "execution"), _ended, Confirm.ASK, cli="flowdeck execution replay ID --from TASK"),
    Action("execution.mark", ("equals_sign",), "set state", "Say that the selected task ended otherwise, and go on from there", ("execution",), _ended, Confirm.ASK, cli="flowdeck execution set-state ID TASK STATE"),
    # --- home
    Action("pulse.seen", ("a",), "all seen", "Take away what went wrong until now: it is seen", footer=True),
    # --- one execution
    Action("pane.topology", ("1",), "topology", "The tasks as a graph, with the state of each", ("execution",)),
    Action("pane.gantt", ("2",), "gantt", "The task runs over time", ("execution",)),
    Action("pane.log", ("3",), "log", "What the tasks say", ("execution",)),
    Action("pane.nodes", ("4",), "dbt nodes", "The models, tests and seeds that dbt builds", ("execution",)),
    Action("pane.outputs", ("5",), "outputs", "Inputs, outputs and labels", ("execution",)),
    Action("pane.next", ("tab",), "next pane", "Go to the next pane", ("execution",)),
    Action("pane.back", ("shift+tab",), "previous pane", "Go to the pane before", ("execution",)),
    Action("pane.flow", ("f",), "flow", "Open the flow that this is an execution of", ("execution",)),
    Action("pane.above", ("U", "shift+u"), "parent", "Open the execution whose task began this one", ("execution",), _has_parent),
    Action("topology.open", ("enter",), "log or nodes", "The task's log; for a dbt task the graph of its nodes; for a subflow its execution; for a node what is known of it", footer=True),
    Action("topology.left", ("h", "left"), "left", "To the nearest node on the left"),
    Action("topology.down", ("j", "down"), "down", "To the nearest node below"),
    Action("topology.up", ("k", "up"), "up", "To the nearest node above"),
    Action("topology.right", ("l", "right"), "right", "To the nearest node on the right"),
    Action("topology.parent", ("p",), "parent", "To what comes before this node"),
    Action("topology.child", ("c",), "child", "To what comes behind this node"),
    Action("topology.failed_back", ("left_square_bracket",), "failed before", "To the failed node before"),
    Action("topology.failed_next", ("right_square_bracket",), "next failed", "To the next failed node", footer=True),
    Action("topology.log", ("L", "shift+l"), "log", "The log of this task, whatever it is", footer=True),
    Action("topology.details", ("i",), "details", "What is known of this node: attempts, error, type", footer=True),
    Action("topology.hops", ("z",), "closer or wider", "Of a large graph: nodes up to 2, 3, 4 steps away, then all of them"),
    Action("gantt.open", ("enter",), "log", "The log of this task run or attempt; for a subflow its execution; what is known of a dbt node", footer=True),
    Action("gantt.zoom_in", ("z",), "closer", "Half as much time", footer=True),
    Action("gantt.zoom_out", ("Z", "shift+z"), "wider", "Twice as much time", footer=True),
    Action("gantt.pan_left", ("H", "shift+h", "left", "h"), "earlier", "A quarter of the window back"),
    Action("gantt.pan_right", ("L", "shift+l", "right", "l"), "later", "A quarter of the window ahead"),
    Action("gantt.fit", ("0",), "all", "All of the execution in the window", footer=True),
    Action("gantt.now", ("full_stop",), "now", "To what is now, with the same zoom"),
    Action("gantt.order", ("o",), "order", "Sort by start, by duration, or as in the file", footer=True),
    Action("gantt.attempts", ("a",), "attempts", "A row of its own for each attempt, or one for all"),
    Action("gantt.nodes", ("n",), "dbt nodes", "Rows for the dbt nodes within their task, or none"),
    Action("gantt.down", ("j", "down"), "down", "Down"),
    Action("gantt.up", ("k", "up"), "up", "Up"),
    Action("gantt.page_down", ("ctrl+d", "pagedown"), "page down", "Half a page down"),
    Action("gantt.page_up", ("ctrl+u", "pageup"), "page up", "Half a page up"),
    Action("gantt.top", ("g", "home"), "top", "To the first row"),
    Action("gantt.bottom", ("G", "shift+g", "end"), "bottom", "To the last row"),
    Action("log.follow", ("s",), "follow", "Follow what comes, or stand still", footer=True),
    Action("log.error", ("e",), "next error", "To the next error", footer=True),
    Action("log.error_back", ("E", "shift+e"), "error before", "To the error before"),
    Action("log.warning", ("w",), "next warning", "To the next warning"),
    Action("log.warning_back", ("W", "shift+w"), "warning before", "To the warning before"),
    Action("log.hit", ("n",), "next hit", "To the next line that passes the filter"),
    Action("log.hit_back", ("N", "shift+n"), "hit before", "To the line before that passes the filter"),
    Action("log.context", ("ampersand",), "context", "Show the lines between the hits too, or only the hits"),
    Action("log.scope", ("m",), "all or one", "The log of all tasks by time, or of the selected task", footer=True),
    Action("log.attempt", ("b",), "attempt", "The log of the attempt before, and round again"),
    Action("log.times", ("t",), "times", "Times by the clock, from the start, or none"),
    Action("log.wrap", ("z",), "wrap", "Break long lines, or cut them", footer=True),
    Action("log.copy", ("c",), "copy", "Copy this line"),
    Action("log.save", ("ctrl+s",), "save", "Write this log to a file in the current directory", cli="flowdeck execution log ID"),
    Action("log.down", ("j", "down"), "down", "Down"),
    Action("log.up", ("k", "up"), "up", "Up; what comes is followed no longer"),
    Action("log.page_down", ("ctrl+d", "pagedown"), "page down", "Half a page down"),
    Action("log.page_up", ("ctrl+u", "pageup"), "page up", "Half a page up"),
    Action("log.top", ("g", "home"), "top", "To the first line"),
    Action("log.bottom", ("G", "shift+g", "end"), "end", "To the last line, and follow"),
    Action("log.left", ("h", "left"), "left", "To the left, where lines are cut"),
    Action("log.right", ("l", "right"), "right", "To the right, where lines are cut"),
    Action("nodes.open", ("enter",), "details", "What is known of this node: message, relation, what it depends on", footer=True),
    # --- problems
    Action("problems.open", ("enter",), "edit there", "Open the file in $EDITOR at the problem's line", ("problems",), selected, footer=True),
    # --- triggers
    Action("triggers.pause", ("p",), "pause", "Pause this trigger, or let it fire again", ("triggers",), _scheduled, cli="flowdeck trigger pause NAMESPACE.FLOW.TRIGGER", footer=True),
    Action("triggers.upcoming", ("n",), "next fires", "Show when this schedule fires the next five times", ("triggers",), _schedule, cli="flowdeck trigger next NAMESPACE.FLOW.TRIGGER", footer=True),
    # --- the command log
    Action("commands.copy", ("enter", "c"), "copy", "Copy this command, to run it in a shell or a script", ("commands",), selected, footer=True),
    # --- lists
    Action("list.filter", ("slash",), "filter", "Filter: words, /regex/, !not, field:value", ("pulse", "flows", "executions", "execution", "problems", "triggers", "containers", "commands", "settings"), footer=True),
    Action("list.reload", ("ctrl+r",), "reload", "Ask the runtime again", ("pulse", "flows", "flow", "executions", "execution", "problems", "triggers", "containers", "settings"), online),
    Action("table.down", ("j", "down"), "down", "Down"),
    Action("table.up", ("k", "up"), "up", "Up"),
    Action("table.page_down", ("ctrl+d", "pagedown"), "page down", "Half a page down"),
    Action("table.page_up", ("ctrl+u", "pageup"), "page up", "Half a page up"),
    Action("table.top", ("g", "home"), "top", "To the first"),
    Action("table.bottom", ("G", "shift+g", "end"), "bottom", "To the last"),
    # --- everywhere
    Action("app.pulse", ("0",), "home", "Home: what wants you, what runs, what comes next"),
    Action("app.flows", ("1",), "flows", "Flows: what there is to run", cli="flowdeck flow list"),
    Action("app.executions", ("2",), "executions", "Executions: what ran, runs, and went wrong", cli="flowdeck execution list"),
    Action("app.problems", ("3",), "problems", "Problems: what is wrong in flow files", cli="flowdeck validate DIRECTORY"),
    Action("app.triggers", ("4",), "triggers", "Triggers: what fires next", cli="flowdeck trigger list"),
    Action("app.commands", ("at",), "commands", "What was done here, as commands that do the same"),
    Action("app.containers", ("5",), "containers", "Containers: what the engine runs for attempts, and what was left"),
    Action("app.settings", ("comma",), "settings", "How the runtime is set up, and who said so", cli="flowdeck settings"),
    Action("app.previous", ("minus",), "previous", "Back to where you were before"),
    Action("app.back", ("escape",), "back", "Clear the filter, or go back one level"),
    Action("app.up", ("q",), "up", "Go back one level; on the first level, leave"),
    Action("app.command", ("colon",), "command", "Command line: a screen, NAMESPACE.FLOW, an execution's id, q"),
    Action("app.palette", ("ctrl+p",), "palette", "Find a command or a flow by a few letters"),
    Action("app.help", ("question_mark", "f1"), "keys", "Show the keys that hold here, and search them"),
    Action("app.messages", ("M", "shift+m"), "messages", "Show the messages that appeared so far"),
    Action("app.redraw", ("ctrl+l",), "redraw", "Send the whole screen again, where something else wrote over it"),
    Action("app.suspend", ("ctrl+z",), "suspend", "Put the console in the background of your shell (fg brings it back)"),
    Action("app.quit", ("ctrl+q",), "leave", "Leave the console; what runs goes on"),
)  # fmt: skip

BY_ID: Final = {action.id: action for action in ACTIONS}


def of(scope: str) -> tuple[Action, ...]:
    """The actions that hold in a scope: a screen's name, `table` or `app`."""
    return tuple(action for action in ACTIONS if scope in action.where)


def bindings(scope: str) -> list[BindingType]:
    """A scope's actions as Textual binds them."""
    return [action.binding for action in of(scope)]
