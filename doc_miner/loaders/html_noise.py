"""The words by which portals betray what is not the article: paths, dates of publication, print buttons, footers."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHORT = 160
_FOOT = re.compile(r"ICP备|公网安备|网站标识码|版权所有|技术支持[:：]|位访问者|推荐使用.{0,10}(?:分辨率|浏览器)")
_PATH = re.compile(
    r"(?:[您你](?:现在|当前|目前)?(?:所在)?的?|(?:当前|现在|目前)(?:所在)?的?|所在)(?:位置|栏目)(?:是)?[:：]|首页(?:>|»|/|→|-|—)"
)
_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}"
_STATED = r"(?:信息|稿件|文章|新闻)?来源[:：]|发布(?:机构|单位|者|人)[:：]|作者[:：]|责任部门[:：]"
_PUBLISHED = rf"(?:发布|发文|更新|发稿|答复|来信|编辑|录入)(?:日期|时间)[:：]{_DATE}|(?:发布|更新)于{_DATE}"
_COUNT = r"(?:浏览|点击|阅读|访问|查看)(?:次数|数|量)?[:：]|字[体号][:：]?[\[【（(]?[大小中特]"
_META = re.compile(
    rf"(?:{_STATED}).*(?:{_PUBLISHED}|(?:日期|时间)[:：]{_DATE}|{_COUNT})|.*(?:{_PUBLISHED}).*(?:{_STATED}|{_COUNT})"
    rf"|(?:{_COUNT})|(?:发布|更新|发稿)(?:日期|时间)[:：]"
)
_BUTTONS = re.compile(
    r"打印(?:本页|预览)?|关闭(?:窗口|本页)?|返回(?:顶部|首页|列表)?|收藏|分享(?:到)?|微信|微博|朋友圈|复制链接|保存|字[体号]|[大中小]"
    r"|扫一扫(?:在手机打开当前页|分享|二维码)?|手机(?:版|浏览)?|无障碍(?:浏览|阅读)?|[×✕\[\]【】（）()|｜:：/·]"
)
_NEXT = re.compile(
    r"[上下前后]一?(?:篇|条|页)[:：]|(?:解读|相关)(?:链接|文件|信息|阅读|报道|政策|附件|解读|新闻)|推荐阅读|热门文章|附件下载|延伸阅读"
)
_GREETING = re.compile(r"欢迎(?:访问|光临)|设为首页|加入收藏|网站首页|站内搜索|今天是\d|您对本次|.*参与评价")
_LABEL = (
    r"索引号|信息索引|发文(?:机关|单位|日期|字号)|发布(?:机构|单位|日期)|公开(?:主体|方式|时限|范围|日期|形式|类别|责任部门)|文号"
    r"|(?:成文|生成|生效)日期|有效性|效力状态|主题(?:分类|词)|信息(?:分类|名称|类别)|体裁分类|组配分类|服务对象|关键词"
    r"|信件(?:编号|类型|状态)|来信时间|办理(?:单位|状态)"
)
_LABELLED = re.compile(rf"({_LABEL})[:：]")
_LABEL_ALONE = re.compile(_LABEL)


def is_footer(text: str) -> bool:
    """Return whether *text*, short and without a sentence, is the foot of a page."""
    return "。" not in text and bool(_FOOT.search("".join(text.split())))


def is_surrounding(text: str) -> bool:
    """Return whether a short block is a path, publication data, buttons or links to other pages.

    >>> is_surrounding("来源: 政府办 | 发布日期: 2018-02-02 11:06 【字体：大 中 小】")
    True
    >>> is_surrounding("资金来源：县财政；完成时间：2023年12月31日")
    False
    """
    words = "".join(text.split())
    if not words or len(words) > _SHORT or "。" in words:
        return False
    return bool(_PATH.match(words) or _META.match(words) or not _BUTTONS.sub("", words) or _GREETING.match(words))


def leads_elsewhere(text: str) -> bool:
    """Return whether a block with links in it announces other pages: 上一篇, 相关链接.

    Without a link the same words are text that someone pasted, and stay.
    """
    words = "".join(text.split())
    return len(words) <= _SHORT and bool(_NEXT.match(words))


def is_edge_noise(text: str) -> bool:
    """Return whether a line at the beginning or the end of the article is none of its text."""
    words = "".join(text.split())
    return is_surrounding(text) or not any(character.isalnum() for character in words)


def is_record(pieces: Iterable[str]) -> bool:
    """Return whether *pieces* are the portal's record of a document: 索引号, 发文单位, 有效性 and the like, each with its value.

    >>> is_record(["索 引 号：lpjy/2023", "主题分类：教育", "发布机构", "教育局", "有 效 性"])
    True
    >>> is_record(["明确公开主体、公开范围、公开方式和公开时限"])
    False
    """
    words = ["".join(piece.split()) for piece in pieces]
    labels = {match[1] for word in words for match in _LABELLED.finditer(word)}
    return len(labels | {word for word in words if _LABEL_ALONE.fullmatch(word)}) >= 3
