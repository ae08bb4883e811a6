"""Names of the hub layout's tensors in the original authors' checkpoints (sam2_hiera_*.pt, sam2.1_hiera_*.pt)."""

import re

import torch

WHOLE = {
    "no_memory_embedding": "no_mem_embed",
    "no_memory_positional_encoding": "no_mem_pos_enc",
    "memory_temporal_positional_encoding": "maskmem_tpos_enc",
    "no_object_pointer": "no_obj_ptr",
    "occlusion_spatial_embedding_parameter": "no_obj_embed_spatial",
    "shared_image_embedding.positional_embedding": "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix",
}

# Applied in order.
RULES = [
    (r"^vision_encoder\.backbone\.patch_embed\.projection", "image_encoder.trunk.patch_embed.proj"),
    (r"^vision_encoder\.backbone\.", "image_encoder.trunk."),
    (r"^vision_encoder\.neck\.convs\.(\d+)\.", r"image_encoder.neck.convs.\1.conv."),
    (r"^prompt_encoder\.mask_embed\.conv1\.", "sam_prompt_encoder.mask_downscaling.0."),
    (r"^prompt_encoder\.mask_embed\.layer_norm1\.", "sam_prompt_encoder.mask_downscaling.1."),
    (r"^prompt_encoder\.mask_embed\.conv2\.", "sam_prompt_encoder.mask_downscaling.3."),
    (r"^prompt_encoder\.mask_embed\.layer_norm2\.", "sam_prompt_encoder.mask_downscaling.4."),
    (r"^prompt_encoder\.mask_embed\.conv3\.", "sam_prompt_encoder.mask_downscaling.6."),
    (r"^prompt_encoder\.", "sam_prompt_encoder."),
    (r"^mask_decoder\.upscale_conv1\.", "sam_mask_decoder.output_upscaling.0."),
    (r"^mask_decoder\.upscale_layer_norm\.", "sam_mask_decoder.output_upscaling.1."),
    (r"^mask_decoder\.upscale_conv2\.", "sam_mask_decoder.output_upscaling.3."),
    (r"^mask_decoder\.transformer\.layer_norm_final_attn\.", "sam_mask_decoder.transformer.norm_final_attn."),
    (r"^mask_decoder\.", "sam_mask_decoder."),
    (r"^object_pointer_proj\.", "obj_ptr_proj."),
    (r"^temporal_positional_encoding_projection_layer\.", "obj_ptr_tpos_proj."),
    (r"^memory_attention\.layer_norm\.", "memory_attention.norm."),
    (r"^memory_encoder\.feature_projection\.", "memory_encoder.pix_feat_proj."),
    (r"^memory_encoder\.projection\.", "memory_encoder.out_proj."),
    (r"^memory_encoder\.memory_fuser\.", "memory_encoder.fuser."),
    (r"(fuser\.layers\.\d+)\.depthwise_conv\.", r"\1.dwconv."),
    (r"(fuser\.layers\.\d+)\.layer_norm\.", r"\1.norm."),
    (r"(fuser\.layers\.\d+)\.pointwise_conv", r"\1.pwconv"),
    (r"(fuser\.layers\.\d+)\.scale$", r"\1.gamma"),
    (r"\.layer_norm(\d)\.", r".norm\1."),
    (r"attn([a-z_]*)\.o_proj\.", r"attn\1.out_proj."),
]


def original_state(hub):
    """The tensors of a hub checkpoint under their names in an original one."""
    result = {}
    layers = [int(m.group(1)) for m in (re.match(r"memory_encoder\.mask_downsampler\.layers\.(\d+)\.", k) for k in hub) if m]
    for name, tensor in hub.items():
        if name == "prompt_encoder.shared_embedding.positional_embedding":
            continue
        if name == "prompt_encoder.point_embed.weight":
            for row in range(tensor.shape[0]):
                result[f"sam_prompt_encoder.point_embeddings.{row}.weight"] = tensor[row : row + 1].clone()
            continue
        if name in WHOLE:
            result[WHOLE[name]] = tensor
            continue
        match = re.match(r"memory_encoder\.mask_downsampler\.layers\.(\d+)\.(conv|layer_norm)\.(.*)", name)
        if match:
            number = 3 * int(match.group(1)) + (match.group(2) == "layer_norm")
            result[f"memory_encoder.mask_downsampler.encoder.{number}.{match.group(3)}"] = tensor
            continue
        if name.startswith("memory_encoder.mask_downsampler.final_conv."):
            result[f"memory_encoder.mask_downsampler.encoder.{3 * (max(layers) + 1)}.{name.rsplit('.', 1)[1]}"] = tensor
            continue
        new = name
        match = re.match(r"(.*)\.(proj_in|proj_out|layers\.(\d+))\.(weight|bias)$", name)
        if match and f"{match.group(1)}.proj_in.weight" in hub:
            prefix, part, middle, kind = match.groups()
            count = len([k for k in hub if re.match(re.escape(prefix) + r"\.layers\.\d+\.weight$", k)])
            number = 0 if part == "proj_in" else count + 1 if part == "proj_out" else int(middle) + 1
            new = f"{prefix}.layers.{number}.{kind}"
        for pattern, replacement in RULES:
            new = re.sub(pattern, replacement, new)
        result[new] = tensor
    return result


if __name__ == "__main__":
    import sys

    from safetensors.torch import load_file

    for name in sorted(original_state(load_file(sys.argv[1]))):
        print(name)
