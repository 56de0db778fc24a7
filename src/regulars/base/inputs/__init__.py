"""What people state for the strategy document, in ``strategy/*.toml`` of the business folder.

A ledger cannot tell how a trade is developing, what a business has promised or who decides what. Such facts are written
down by people, in files of their own, each read by one model. A file that is not there is no fault: the document says
what is missing. A file that is there is read strictly: an unknown file or key is refused by name, never passed over.
"""

from regulars.base.inputs.common import Bilingual, Claim, InputFile, Model, Source, Stated, local
from regulars.base.inputs.files import FILES, FOLDER, Fault, Inputs, faults_of, read_inputs

__all__ = [
    "FILES",
    "FOLDER",
    "Bilingual",
    "Claim",
    "Fault",
    "InputFile",
    "Inputs",
    "Model",
    "Source",
    "Stated",
    "faults_of",
    "local",
    "read_inputs",
]
