"""Does the net hold? Deliberate faults in the package and on the pages, and who notices them: `make mutants`.

    mutant   one fault
    package  faults in initbook/, which its tests must notice
    pages    faults on the pages, which snippets, assertions, census and equations must notice
    report   what survived, and the list of survivors that change nothing (tests/equivalent_mutants.toml)
    fork     a process for each
"""
