"""Meaning as vectors: what an embedder is, how an article is cut into chunks, and two embedders behind one protocol.

`base` and `chunks` are light (numpy and the standard library); `onnx` needs onnxruntime, `sentence` the `transformers` extra.
`load.load_embedder` picks one by the setting `embedder`.
"""
