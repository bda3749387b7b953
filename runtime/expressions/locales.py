"""Names of months and days, and the layouts of dates, in the languages that `date(locale=...)` knows; as CLDR has them."""

from dataclasses import dataclass
from functools import lru_cache

from runtime.errors import ExpressionFailed


@dataclass(frozen=True)
class Locale:
    """One language. Days begin with Monday."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    halves: tuple[str, str]
    """Of the day: what `a` writes."""
    styles: tuple[str, str, str, str]
    """full, long, medium, short."""


def _locale(months: str, short: str, days: str, short_days: str, halves: str, *styles: str) -> Locale:
    full, long, medium, brief = styles
    return Locale(
        tuple(months.split()),
        tuple(short.split()),
        tuple(days.split()),
        tuple(short_days.split()),
        tuple(halves.split("/")),  # type: ignore[arg-type]
        (full, long, medium, brief),
    )


_BOKMAAL = _locale(
    "januar februar mars april mai juni juli august september oktober november desember",
    "jan. feb. mars apr. mai juni juli aug. sep. okt. nov. des.",
    "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "man. tir. ons. tor. fre. lør. søn.",
    "a.m./p.m.",
    "EEEE d. MMMM yyyy 'kl'. HH:mm:ss zzzz", "d. MMMM yyyy 'kl'. HH:mm:ss z", "d. MMM yyyy, HH:mm:ss", "dd.MM.yyyy, HH:mm",
)  # fmt: skip
LOCALES: dict[str, Locale] = {
    "en": _locale(
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mon Tue Wed Thu Fri Sat Sun",
        "AM/PM",
        "EEEE, MMMM d, yyyy 'at' h:mm:ss a zzzz", "MMMM d, yyyy 'at' h:mm:ss a z", "MMM d, yyyy, h:mm:ss a", "M/d/yy, h:mm a",
    ),
    "de": _locale(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Mo. Di. Mi. Do. Fr. Sa. So.",
        "AM/PM",
        "EEEE, d. MMMM yyyy 'um' HH:mm:ss zzzz", "d. MMMM yyyy 'um' HH:mm:ss z", "dd.MM.yyyy, HH:mm:ss", "dd.MM.yy, HH:mm",
    ),
    "fr": _locale(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lun. mar. mer. jeu. ven. sam. dim.",
        "AM/PM",
        "EEEE d MMMM yyyy 'à' HH:mm:ss zzzz", "d MMMM yyyy 'à' HH:mm:ss z", "d MMM yyyy, HH:mm:ss", "dd/MM/yyyy HH:mm",
    ),
    "es": _locale(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lun mar mié jue vie sáb dom",
        "a. m./p. m.",
        "EEEE, d 'de' MMMM 'de' yyyy, H:mm:ss zzzz", "d 'de' MMMM 'de' yyyy, H:mm:ss z", "d MMM yyyy, H:mm:ss", "d/M/yy, H:mm",
    ),
    "it": _locale(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "lun mar mer gio ven sab dom",
        "AM/PM",
        "EEEE d MMMM yyyy HH:mm:ss zzzz", "d MMMM yyyy HH:mm:ss z", "d MMM yyyy, HH:mm:ss", "dd/MM/yy, HH:mm",
    ),
    "pt": _locale(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "seg. ter. qua. qui. sex. sáb. dom.",
        "AM/PM",
        "EEEE, d 'de' MMMM 'de' yyyy 'às' HH:mm:ss zzzz", "d 'de' MMMM 'de' yyyy 'às' HH:mm:ss z",
        "d 'de' MMM 'de' yyyy, HH:mm:ss", "dd/MM/yyyy, HH:mm",
    ),
    "nl": _locale(
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "ma di wo do vr za zo",
        "a.m./p.m.",
        "EEEE d MMMM yyyy 'om' HH:mm:ss zzzz", "d MMMM yyyy 'om' HH:mm:ss z", "d MMM yyyy HH:mm:ss", "dd-MM-yyyy HH:mm",
    ),
    "da": _locale(
        "januar februar marts april maj juni juli august september oktober november december",
        "jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec.",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "man. tirs. ons. tors. fre. lør. søn.",
        "AM/PM",
        "EEEE 'den' d. MMMM yyyy 'kl'. HH.mm.ss zzzz", "d. MMMM yyyy 'kl'. HH.mm.ss z", "d. MMM yyyy HH.mm.ss",
        "dd.MM.yyyy HH.mm",
    ),
    "nb": _BOKMAAL,
    "no": _BOKMAAL,
    "sv": _locale(
        "januari februari mars april maj juni juli augusti september oktober november december",
        "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "mån tis ons tors fre lör sön",
        "fm/em",
        "EEEE d MMMM yyyy 'kl'. HH:mm:ss zzzz", "d MMMM yyyy 'kl'. HH:mm:ss z", "d MMM yyyy HH:mm:ss", "yyyy-MM-dd HH:mm",
    ),
    "fi": _locale(
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta "
        "joulukuuta",
        "tammik. helmik. maalisk. huhtik. toukok. kesäk. heinäk. elok. syysk. lokak. marrask. jouluk.",
        "maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
        "ma ti ke to pe la su",
        "ap./ip.",
        "EEEE d. MMMM yyyy 'klo' H.mm.ss zzzz", "d. MMMM yyyy 'klo' H.mm.ss z", "d.M.yyyy 'klo' H.mm.ss", "d.M.yyyy H.mm",
    ),
    "pl": _locale(
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "pon. wt. śr. czw. pt. sob. niedz.",
        "AM/PM",
        "EEEE, d MMMM yyyy HH:mm:ss zzzz", "d MMMM yyyy HH:mm:ss z", "d MMM yyyy, HH:mm:ss", "d.MM.yyyy, HH:mm",
    ),
}  # fmt: skip
ENGLISH = LOCALES["en"]
STYLES = ("full", "long", "medium", "short")


@lru_cache(100)
def locale(tag: str | None) -> Locale:
    """The language of a tag such as `fr`, `fr-CA` or `fr_FR`; English where none is given."""
    language = (tag or "en").replace("_", "-").split("-")[0].lower()
    if language not in LOCALES:
        raise ExpressionFailed(f"the locale `{tag}` is not available", hint=f"there is {', '.join(LOCALES)}")
    return LOCALES[language]
