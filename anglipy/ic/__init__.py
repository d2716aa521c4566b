"""Inference compilation: a network that learns to propose, trained on the program's own joint
distribution.

    traces      runs of a program with every observe answered by a draw
    priors      what a proposal must know of the prior it replaces; numpy only
    families    proposal densities relative to the prior, in torch
    embedders   observed values -> summary and tokens
    network     the LSTM beside the program, one slot per address, growing while it trains
    batches     traces of any control flow -> one minibatch
    training    the loop, its record, resuming it
    artifact    the trained network as a file: data, never code
    engine      importance sampling with the network's proposals

torch is imported by the modules of this package only; importing the package itself imports nothing.
The method is that of Le, Baydin and Wood, "Inference compilation and universal probabilistic
programming" (2017).
"""
