"""Whether a trained network can be trusted: in general, for the data at hand, and what to do when
it cannot.

    simulating    runs of the joint distribution with all that inference needs to be tested on them
    recording     the network beside runs, with every choice written down
    quantities    the numbers whose ranks are looked at
    calibration   ranks, coverage and losses of one artifact
    keeping       calibrations in artifacts
    novelty       are these data like those of training
    refining      proposals adapted to one data set
    escalating    more particles, then SMC, until there are enough or it is clear that there are not
"""
