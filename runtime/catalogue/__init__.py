"""The flows of a directory, as they are now: `Catalogue` is what there is to run."""

from runtime.catalogue.catalogue import Catalogue
from runtime.catalogue.entry import Entry
from runtime.catalogue.files import flow_files
from runtime.catalogue.reading import checked

__all__ = ["Catalogue", "Entry", "checked", "flow_files"]
