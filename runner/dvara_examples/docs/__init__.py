"""What ``docs check``, ``sync``, ``run`` and ``gate`` do with the pages of a repository.

``pages`` knows what stands in a page; here pages meet the manifest, and sessions in which what they show is run.
"""
