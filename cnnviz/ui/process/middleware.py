"""What stands between the app and the browsers, the outermost first."""

from starlette.middleware import Middleware

from cnnviz.ui.process.closed_sockets import ClosedSockets
from cnnviz.ui.process.graceful_end import GracefulEnd
from cnnviz.ui.process.same_origin import SameOrigin
from cnnviz.ui.process.uploads import Uploads
from cnnviz.ui.server.streamlit_resumed_session import ResumedSession

MIDDLEWARE = [Middleware(kind) for kind in (ClosedSockets, GracefulEnd, SameOrigin, Uploads, ResumedSession)]
