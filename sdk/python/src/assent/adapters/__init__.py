"""An agent's verbs as tools of the frameworks that people use.

``assent.adapters.langchain``, ``.crewai``, ``.autogen`` and ``.agent_framework`` each give a framework's own tools
over one :class:`~assent.adapters.tools.Toolset`. Each needs its extra (``pip install './sdk/python[langchain]'``) and
is imported by itself.
"""
