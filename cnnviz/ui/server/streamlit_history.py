"""Back and Forward: whether they led here, and the whole address that they led to.

Made for Streamlit 1.67. On Back and Forward it gives the fields that are bound to the address what the address says,
and leaves all else to the page, but tells nobody that it was Back or Forward. And a parameter that the page before has
too, such as the network, it takes for that page's and drops it. Nothing public says the one or prevents the other.
Without this file Back and Forward bring back neither the network nor the picture nor the class.
"""

from cnnviz.ui.server.streamlit_names import are_here

HISTORY_IS_KNOWN = are_here(
    "pages that Back and Forward bring back as they were left",
    "streamlit.runtime.scriptrunner:get_script_run_ctx",
    "streamlit.runtime.scriptrunner:ScriptRunContext.is_history_navigation",
    "streamlit.runtime.scriptrunner:ScriptRunContext.query_string",
    "streamlit.runtime.state.safe_session_state:SafeSessionState.query_params",
    "streamlit.runtime.state.query_params:QueryParams.populate_from_query_string",
    "streamlit.runtime.state.query_params:QueryParams.set_initial_query_params_from_current",
    "streamlit.runtime.state.query_params:QueryParams._send_query_param_msg",
)
if HISTORY_IS_KNOWN:
    from streamlit.runtime.scriptrunner import get_script_run_ctx


def is_back_or_forward() -> bool:
    """Whether the visitor came by Back or Forward: then what the address says counts, and nothing else."""
    context = get_script_run_ctx(suppress_warning=True) if HISTORY_IS_KNOWN else None
    return context is not None and context.is_history_navigation


def take_whole_address() -> None:
    """After Back or Forward: have all that the address says count, here and in the browser. Before the page runs."""
    context = get_script_run_ctx(suppress_warning=True) if HISTORY_IS_KNOWN else None
    if context is not None:
        asked = context.query_string
        with context.session_state.query_params() as parameters:
            parameters.populate_from_query_string(asked)
            parameters.set_initial_query_params_from_current()
            parameters._send_query_param_msg()
