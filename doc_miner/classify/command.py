"""What ``doc-miner train`` does: find the corpus, train, write the model, say how good it is."""

from __future__ import annotations

from pathlib import Path

from doc_miner.classify.choice import MODEL, shipped_model
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon


def train_model(corpus: Path | None, lexicons: Path | None, reviews: Path | None, out: Path | None) -> str:
    """Train a model, write it and return a summary in Chinese."""
    from doc_miner.classify.reviews import reviewed_rows
    from doc_miner.classify.training import LEAST_ROWS, train
    from doc_miner.classify.weights import save

    if reviews is not None and lexicons is None and out is None:
        raise SettingsError("用复核结果训练的模型不会覆盖自带的模型；请用 --out 指定文件，或用 --lexicons 指定词典文件夹。")
    lexicon = Lexicon.load(lexicons)
    corpus = corpus or _corpus_of(lexicon, lexicons)
    out = out or (lexicons / MODEL if lexicons else shipped_model())
    weights = train(lexicon, corpus, reviewed_rows(reviews, lexicon) if reviews else ())
    size = len(save(weights, out))
    known = weights.provenance
    lines = [f"已写出 {out}（{size / 1e6:.1f} MB），{len(weights.classes) - 1} 个类别，训练语句 {known['training_rows']} 条，复核记录 {known['reviewed_rows']} 条。"]
    if "test" in known:
        test = known["test"]
        lines.append(f"测试语句 {test['rows']} 条：主类别正确 {test['accuracy']:.1%}，宏平均 F1 {test['macro_f1']:.3f}，置信度误差 {test['ece']:.3f}。")
    figures, statements = known["training_figures"], known["training_rows"] - known["training_figures"]
    few = [f"{name}只有 {count} 条" for name, count in (("问题和措施", statements), ("数据", figures)) if count < LEAST_ROWS]
    if few:
        lines.append(f"训练语句太少（{'，'.join(few)}，至少各要 {LEAST_ROWS} 条），置信度无法校准，会偏低；请在 {corpus} 中补充后重新训练。")
    return "\n".join(lines)


def _corpus_of(lexicon: Lexicon, given: Path | None) -> Path:
    checkout: Path = Path(__file__).resolve().parents[2] / "corpora" / "training"
    for folder in [lexicon.folder / "training"] if given else [lexicon.folder / "training", checkout]:
        if folder.is_dir():
            return folder
    raise SettingsError("找不到标注语句；请放在词典文件夹下的 training/ 中，或用 --corpus 指定。")
