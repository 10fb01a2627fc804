"""Why did it say that? Methods that give each pixel its share in a class's score; one method, one file."""

from cnnviz.attribution.deconvolution import DECONVOLUTION
from cnnviz.attribution.deep_lift import DEEP_LIFT
from cnnviz.attribution.feature_ablation import FEATURE_ABLATION
from cnnviz.attribution.grad_cam import GRAD_CAM, SIGNED_GRAD_CAM
from cnnviz.attribution.gradient_shap import GRADIENT_SHAP
from cnnviz.attribution.guided_backprop import GUIDED_BACKPROP
from cnnviz.attribution.guided_grad_cam import GUIDED_GRAD_CAM
from cnnviz.attribution.input_x_gradient import INPUT_X_GRADIENT
from cnnviz.attribution.integrated_gradients import INTEGRATED_GRADIENTS
from cnnviz.attribution.lrp import LRP
from cnnviz.attribution.occlusion import OCCLUSION
from cnnviz.attribution.question import Method
from cnnviz.attribution.saliency import SALIENCY
from cnnviz.attribution.smoothgrad import SMOOTHGRAD

__all__ = ["METHODS", "Method"]

# name -> method, called with (module, image (1, C, H, W), class_index): a float32 array (H, W)
METHODS: dict[str, Method] = {
    "grad_cam": GRAD_CAM,
    "signed_grad_cam": SIGNED_GRAD_CAM,
    "occlusion": OCCLUSION,
    "integrated_gradients": INTEGRATED_GRADIENTS,
    "saliency": SALIENCY,
    "smoothgrad": SMOOTHGRAD,
    "input_x_gradient": INPUT_X_GRADIENT,
    "guided_backprop": GUIDED_BACKPROP,
    "guided_grad_cam": GUIDED_GRAD_CAM,
    "deconvolution": DECONVOLUTION,
    "feature_ablation": FEATURE_ABLATION,
    "gradient_shap": GRADIENT_SHAP,
    "deep_lift": DEEP_LIFT,
    "lrp": LRP,
}
