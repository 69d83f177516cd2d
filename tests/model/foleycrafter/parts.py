"""The tiny networks of the golden vectors, filled through our loaders by the published names."""

import json
from functools import lru_cache
from types import SimpleNamespace

import torch

from sfbench.model.auffusion.networks import control_net, unet, vae
from sfbench.model.foleycrafter.adapter import frame_adapter
from sfbench.model.foleycrafter.attention import Frames, install
from sfbench.model.foleycrafter.denoise import Conditions, denoising, new_scheduler, told
from tests.golden import rule

# Upstream's own UNet has three settings more, of parts that it does not use.
_UNUSED = ("video_cross_attn_dim", "video_feature_dim", "video_frame_nums")


def tensors(name, keys=None):
    drawn = rule.state(str(rule.vectors(name)["salt"]), rule.keys(keys or name), {})
    return {key: torch.from_numpy(value) for key, value in drawn.items()}


@lru_cache(maxsize=1)
@torch.inference_mode(False)
def networks():
    """Return the networks, and their published states by prefix; whoever asks first, trainable."""
    golden, everything = rule.vectors("foleycrafter-pipeline"), tensors("foleycrafter-pipeline")

    def of(prefix):
        return {k.removeprefix(prefix): v for k, v in everything.items() if k.startswith(prefix)}

    config = json.loads(str(golden["unet_config"]))
    config = {key: config[key] for key in config if key not in _UNUSED}
    made = SimpleNamespace(
        unet=unet(config, of("unet.")),
        controlnet=control_net(config, of("controlnet.")),
        vae=vae(json.loads(str(golden["vae_config"])), of("vae.")),
        adapter=frame_adapter(
            {k: v for k, v in everything.items() if k.startswith(("image_proj.", "ip_adapter."))}
        ),
        config=config,
        schedulers={name: json.loads(str(golden[f"{name}_config"])) for name in ("pndm", "ddim")},
        of=of,
    )
    install(made.unet, made.adapter)
    install(made.controlnet)
    return made


def inputs(name):
    """Return what a golden run was given, as tensors."""
    golden = rule.vectors(name)
    text = [golden["negative_prompt_embeds"], golden["prompt_embeds"]]
    sounding = torch.from_numpy(golden["condition"]).float().expand(2, 1, 64, 256)
    return SimpleNamespace(
        text=torch.cat([torch.from_numpy(one) for one in text]),
        frames=torch.from_numpy(golden["frame_embeds"]),
        sounding=sounding,
        latents=torch.from_numpy(golden["latents"]),
    )


def conditions(given, embeddings, scale=1.0, temporal=0.2, masks=None):
    """Return conditions of frames, [N, width], the unconditional half seeing zeros."""
    both = torch.stack([torch.zeros_like(embeddings), embeddings])
    frames = Frames(networks().adapter.image_proj(both), scale, masks)
    return Conditions(
        text=given.text, frames=frames, sounding=given.sounding, temporal_scale=temporal
    )


@torch.inference_mode()
def sampled(given, name, embeddings, steps=4, **asked):
    """Return the latents after each evaluation."""
    made = networks()
    with told(made.unet, made.controlnet, conditions(given, embeddings, **asked)) as predict:
        scheduler = new_scheduler(made.schedulers[name], name)
        return list(denoising(predict, scheduler, given.latents, steps, 7.5))
