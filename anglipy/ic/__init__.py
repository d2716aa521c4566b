"""Inference compilation: a network that learns to propose, trained on the program's own joint
distribution.

    priors      what a proposal must know of the prior it replaces; numpy only
    running     runs in lockstep, sample by sample; numpy only
    observing   how observed values are read; numpy only
    tapes       runs with every observe answered by a draw, event by event; numpy only
    families    proposal densities relative to the prior, in torch
    embedders   observed values -> summary and tokens
    network     the LSTM beside the program, one slot per address, growing while it trains
    batches     a tape of any control flow -> one minibatch
    blocks      numbered blocks of runs, recorded here, by workers, or kept in a dataset
    sources     the validation set and the stream of traces of a training
    learner     the network while it learns, on a CPU or a GPU
    training    the loop; records, what it tells; resuming, its state as a file
    checked     what files say, checked before anything is made of it
    artifact    the trained network as a file: data, never code
    beside      the network beside a program that runs: proposals wave by wave
    engine      importance sampling with the network's proposals

torch is imported by the modules of this package only; importing the package itself imports nothing.
The method is that of Le, Baydin and Wood, "Inference compilation and universal probabilistic
programming" (2017).
"""
