"""Pictures of posteriors and of trainings: matplotlib, imported when one is drawn.

    posterior.plot("posterior.svg")
    anglipy run coin.aq -v '[true]' --plot coin.png

Every function gives a `matplotlib.figure.Figure`, which notebooks show by themselves, and writes it
if it is given a path. Nothing here touches pyplot or the settings of matplotlib, so it does not
disturb the plots of others. Raises OptionError: AQ305 without matplotlib, AQ303 for a kind or a
format that does not exist, AQ315 for a file that cannot be written.
"""

from anglipy.plots.calibration import plot_coverage, plot_losses, plot_ranks
from anglipy.plots.choice import KINDS, plot_posterior
from anglipy.plots.style import FORMATS, check_drawable
from anglipy.plots.traces import no_chains
from anglipy.plots.training import plot_training

__all__ = [
    "FORMATS",
    "KINDS",
    "check_drawable",
    "no_chains",
    "plot_coverage",
    "plot_losses",
    "plot_posterior",
    "plot_ranks",
    "plot_training",
]
