"""The original authors' video predictor, on a checkpoint in the hub's layout.

Needs the source of PyPI's sam2 1.1.0 (pip download --no-deps --no-binary :all: sam2==1.1.0, unpacked); hydra, iopath and
torchvision, which it imports for other purposes, are not needed.
"""

import json
import pathlib
import sys
import types

import torch
from safetensors.torch import load_file

from original_names import original_state


def add_source(folder):
    """Makes the package importable."""
    sys.path.insert(0, str(folder))

    def stand_in(name, **attributes):
        module = types.ModuleType(name)
        module.__dict__.update(attributes)
        sys.modules.setdefault(name, module)

    initialized = types.SimpleNamespace(is_initialized=lambda: True)
    stand_in("hydra", initialize_config_module=None)
    stand_in("hydra.core")
    stand_in("hydra.core.global_hydra", GlobalHydra=types.SimpleNamespace(instance=lambda: initialized))
    stand_in("iopath")
    stand_in("iopath.common")
    stand_in("iopath.common.file_io", g_pathmgr=None)
    stand_in("tqdm", tqdm=lambda frames, **_: frames)


def predictor(folder, **options):
    """The predictor, as build_sam2_video_predictor makes it but without hole filling, for a small configuration."""
    from sam2.modeling import sam2_base
    from sam2.modeling.backbones.hieradet import Hiera
    from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
    from sam2.modeling.memory_attention import MemoryAttention, MemoryAttentionLayer
    from sam2.modeling.memory_encoder import CXBlock, Fuser, MaskDownSampler, MemoryEncoder
    from sam2.modeling.position_encoding import PositionEmbeddingSine
    from sam2.modeling.sam.mask_decoder import MaskDecoder
    from sam2.modeling.sam.transformer import RoPEAttention, TwoWayTransformer
    from sam2.sam2_video_predictor import SAM2VideoPredictor

    config = json.loads((pathlib.Path(folder) / "config.json").read_text())
    from transformers import Sam2VideoConfig

    c = Sam2VideoConfig.from_dict(config)
    trunk, decoder, hidden = c.vision_config.backbone_config, c.mask_decoder_config, c.prompt_encoder_config.hidden_size
    image_size = c.image_size if isinstance(c.image_size, int) else c.image_size[0]
    memory = c.memory_encoder_output_channels

    # The heads' sizes are fixed in the original; the classes take others.
    class SmallTransformer(TwoWayTransformer):
        def __init__(self, **arguments):
            arguments.update(
                depth=decoder.num_hidden_layers, mlp_dim=decoder.mlp_dim, num_heads=decoder.num_attention_heads,
                attention_downsample_rate=decoder.attention_downsample_rate)
            super().__init__(**arguments)

    class SmallDecoder(MaskDecoder):
        def __init__(self, **arguments):
            arguments.update(iou_head_depth=decoder.iou_head_depth, iou_head_hidden_dim=decoder.iou_head_hidden_dim)
            super().__init__(**arguments)

    sam2_base.TwoWayTransformer, sam2_base.MaskDecoder = SmallTransformer, SmallDecoder

    def attention(**arguments):
        return RoPEAttention(
            embedding_dim=hidden, num_heads=c.memory_attention_num_attention_heads,
            downsample_rate=c.memory_attention_downsample_rate, dropout=0.0,
            feat_sizes=c.memory_attention_rope_feat_sizes, rope_theta=c.rope_parameters["rope_theta"], **arguments)

    layer = MemoryAttentionLayer(
        activation=c.memory_attention_feed_forward_hidden_act, cross_attention=attention(rope_k_repeat=True, kv_in_dim=memory),
        d_model=hidden, dim_feedforward=c.memory_attention_feed_forward_hidden_size, dropout=0.0, pos_enc_at_attn=False,
        pos_enc_at_cross_attn_keys=True, pos_enc_at_cross_attn_queries=False, self_attention=attention())
    is_newer = c.enable_temporal_pos_encoding_for_object_pointers
    model = SAM2VideoPredictor(
        image_encoder=ImageEncoder(
            trunk=Hiera(
                embed_dim=trunk.hidden_size, num_heads=trunk.num_attention_heads_per_stage[0], drop_path_rate=0.0,
                q_pool=trunk.num_query_pool_stages, stages=tuple(trunk.blocks_per_stage),
                window_pos_embed_bkg_spatial_size=tuple(trunk.window_positional_embedding_background_size),
                window_spec=tuple(trunk.window_size_per_stage), global_att_blocks=tuple(trunk.global_attention_blocks)),
            neck=FpnNeck(
                position_encoding=PositionEmbeddingSine(num_pos_feats=hidden), d_model=hidden,
                backbone_channel_list=list(c.vision_config.backbone_channel_list),
                fpn_top_down_levels=list(c.vision_config.fpn_top_down_levels), fpn_interp_model="nearest"),
            scalp=1),
        memory_attention=MemoryAttention(
            d_model=hidden, pos_enc_at_input=True, layer=layer, num_layers=c.memory_attention_num_layers),
        memory_encoder=MemoryEncoder(
            out_dim=memory, in_dim=hidden, position_encoding=PositionEmbeddingSine(num_pos_feats=memory),
            mask_downsampler=MaskDownSampler(
                embed_dim=hidden, kernel_size=3, stride=c.mask_downsampler_stride, padding=1),
            fuser=Fuser(MemoryBlock(CXBlock, hidden, c.memory_fuser_intermediate_dim), num_layers=c.memory_fuser_num_layers)),
        num_maskmem=c.num_maskmem, image_size=image_size, sigmoid_scale_for_mem_enc=c.sigmoid_scale_for_mem_enc,
        sigmoid_bias_for_mem_enc=c.sigmoid_bias_for_mem_enc, use_mask_input_as_output_without_sam=True,
        max_cond_frames_in_attn=c.max_cond_frame_num, max_obj_ptrs_in_encoder=c.max_object_pointers_in_encoder,
        directly_add_no_mem_embed=True, no_obj_embed_spatial=c.enable_occlusion_spatial_embedding,
        use_high_res_features_in_sam=True, multimask_output_in_sam=c.multimask_output_in_sam, iou_prediction_use_sigmoid=True,
        use_obj_ptrs_in_encoder=True, add_tpos_enc_to_obj_ptrs=is_newer, proj_tpos_enc_in_obj_ptrs=is_newer,
        use_signed_tpos_enc_to_obj_ptrs=is_newer, only_obj_ptrs_in_the_past_for_eval=True, pred_obj_scores=True,
        pred_obj_scores_mlp=True, fixed_no_obj_ptr=True, multimask_output_for_tracking=c.multimask_output_for_tracking,
        use_multimask_token_for_obj_ptr=True, multimask_min_pt_num=c.multimask_min_pt_num,
        multimask_max_pt_num=c.multimask_max_pt_num, use_mlp_for_obj_ptr_proj=True,
        binarize_mask_from_pts_for_mem_enc=True,
        sam_mask_decoder_extra_args=dict(
            dynamic_multimask_via_stability=decoder.dynamic_multimask_via_stability,
            dynamic_multimask_stability_delta=decoder.dynamic_multimask_stability_delta,
            dynamic_multimask_stability_thresh=decoder.dynamic_multimask_stability_thresh),
        **options)
    hub = {name: tensor.float() for name, tensor in load_file(pathlib.Path(folder) / "model.safetensors").items()}
    model.load_state_dict(original_state(hub))
    # Memories are kept in bfloat16 and the model is meant to run with automatic casting.
    model.memory_attention.register_forward_pre_hook(
        lambda _, args, named: (args, {**named, "memory": named["memory"].float()}), with_kwargs=True)
    return model.eval()


def MemoryBlock(block, hidden, inner):
    """A fuser block, whose inner width the original fixes at four times the outer."""
    result = block(dim=hidden, layer_scale_init_value=1.0)
    result.pwconv1 = torch.nn.Linear(hidden, inner)
    result.pwconv2 = torch.nn.Linear(inner, hidden)
    return result


def state_of(model, frames, pixels):
    """An inference state for frames [count, height, width, 3] that are prepared already, [count, 3, side, side]."""
    state = {
        "images": pixels, "num_frames": len(frames), "offload_video_to_cpu": False, "offload_state_to_cpu": False,
        "video_height": frames.shape[1], "video_width": frames.shape[2], "device": model.device,
        "storage_device": model.device, "cached_features": {}, "constants": {}, "obj_ids": [],
    }
    for key in (
        "point_inputs_per_obj", "mask_inputs_per_obj", "obj_id_to_idx", "obj_idx_to_id", "output_dict_per_obj",
        "temp_output_dict_per_obj", "frames_tracked_per_obj",
    ):
        state[key] = {}
    return state


def low_masks(state, frame):
    """The latest masks of every object, at a quarter of the model's picture."""
    result = []
    for index in range(len(state["obj_ids"])):
        places = [state[kind][index][key] for kind in ("temp_output_dict_per_obj", "output_dict_per_obj")
                  for key in ("cond_frame_outputs", "non_cond_frame_outputs")]
        result.append(next((place[frame]["pred_masks"][0, 0] for place in places if frame in place), None))
    return torch.stack([mask for mask in result if mask is not None])
