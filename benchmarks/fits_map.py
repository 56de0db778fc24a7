"""MAP fits of pymc-marketing on customers read from a file, for `fits.py --pymc`: `python benchmarks/fits_map.py NPZ`.

Runs in an environment of its own (pymc-marketing does not live beside this program's dependencies). Building and
compiling the model is part of the work, as it is for whoever fits one; importing the library is not. Prints JSON:
name -> seconds of the quickest of two runs and the parameters found.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings

import numpy as np


def main() -> None:
    """Both models, twice each."""
    warnings.simplefilter("ignore")
    import pandas as pd
    from pymc_marketing.clv import BetaGeoModel, ParetoNBDModel

    logging.disable(logging.INFO)
    file = np.load(sys.argv[1])
    frame = pd.DataFrame(
        {"customer_id": np.arange(len(file["x"])), "frequency": file["x"], "recency": file["t_x"], "T": file["T"]}
    )
    told = {}
    for name, model, parameters in (
        ("BG/NBD", BetaGeoModel, ("r", "alpha", "a", "b")),
        ("Pareto/NBD", ParetoNBDModel, ("r", "alpha", "s", "beta")),
    ):
        seconds, found = float("inf"), model()
        for _ in range(2):
            started = time.perf_counter()
            found = model()
            found.fit(data=frame, method="map", progressbar=False)
            seconds = min(seconds, time.perf_counter() - started)
        posterior = found.idata.posterior
        told[name] = {"seconds": seconds, "parameters": [float(posterior[p].mean()) for p in parameters]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
