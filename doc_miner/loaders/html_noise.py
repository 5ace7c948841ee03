"""The words by which portals betray what is not the article: paths, dates of publication, print buttons, footers."""

from __future__ import annotations

import re

_SHORT = 160
_FOOT = re.compile(r"ICP备|公网安备|网站标识码|版权所有|技术支持|位访问者|推荐使用.{0,10}(?:分辨率|浏览器)")
_PATH = re.compile(r"(?:您|你)?(?:现在|当前|目前)?(?:所在)?(?:的)?(?:位置|栏目)(?:是)?[:：]|首页(?:>|»|/|→|-|—|>>)")
_STATED = r"(?:来源|信息来源|稿件来源|文章来源|发布(?:机构|单位|者|人)?|作者|责任部门)[:：]"
_WHEN = r"(?:发布|发文|更新|发稿|成文|生成|编辑|录入|答复|来信|公开)?(?:日期|时间)[:：]\d{2,4}|(?:发布|更新)于\d{4}"
_COUNT = r"(?:浏览|点击|阅读|访问|查看)(?:次数|数|量)?[:：]|字[体号][:：]?[\[【（(]?[大小中特]"
_META = re.compile(
    rf"(?:{_STATED}.*(?:{_WHEN}|{_COUNT}))|(?:{_WHEN}).*(?:{_STATED}|{_COUNT})|^(?:{_COUNT})|(?:{_COUNT}).*(?:{_COUNT})"
    r"|^(?:发布|更新|发稿)(?:日期|时间)[:：]"
)
_BUTTONS = re.compile(
    r"打印(?:本页|预览)?|关闭(?:窗口|本页)?|返回(?:顶部|首页|列表)?|收藏|分享(?:到)?|微信|微博|朋友圈|复制链接|保存|字[体号]|[大中小]"
    r"|扫一扫(?:在手机打开当前页|分享|二维码)?|手机(?:版|浏览)?|无障碍(?:浏览|阅读)?|[×✕\[\]【】（）()|｜:：/·]"
)
_NEXT = re.compile(
    r"[上下前后]一?(?:篇|条|页)[:：]|(?:解读|相关)(?:链接|文件|信息|阅读|报道|政策|附件|解读|新闻)|推荐阅读|热门文章|附件下载|延伸阅读"
)
_GREETING = re.compile(r"欢迎(?:访问|光临)|设为首页|加入收藏|网站首页|站内搜索|热烈庆祝|今天是|您对本次|.*参与评价")
_LABELS = re.compile(
    r"索引号|信息索引|发文(?:机关|单位|日期|字号)|发布(?:机构|单位|日期)|公开(?:主体|方式|时限|范围|日期|形式|类别|责任部门)|文号"
    r"|(?:成文|生成|生效)日期|有效性|效力状态|主题(?:分类|词)|信息(?:分类|名称|类别)|体裁分类|组配分类|服务对象|关键词"
    r"|信件(?:编号|类型|状态)|来信时间|办理(?:单位|状态)"
)


def is_footer(text: str) -> bool:
    """Return whether the words of a page's foot stand in *text*."""
    return bool(_FOOT.search(text))


def is_surrounding(text: str) -> bool:
    """Return whether a short block is a path, publication data, buttons or links to other pages.

    >>> is_surrounding("来源: 政府办 | 发布日期: 2018-02-02 11:06 【字体：大 中 小】")
    True
    >>> is_surrounding("一是资金来源：县财政。二是完成时间：2023年底前。")
    False
    """
    words = "".join(text.split())
    if not words or len(words) > _SHORT or "。" in words:
        return False
    return bool(_PATH.match(words) or _META.search(words) or not _BUTTONS.sub("", words) or _GREETING.match(words))


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


def is_record(text: str) -> bool:
    """Return whether *text* is the portal's record of a document: 索引号, 发文单位, 有效性 and the like.

    >>> is_record("索 引 号：lpjy/2023 主题分类：教育 发布机构：教育局 有 效 性：有效")
    True
    """
    words = "".join(text.split())
    return len(words) <= 600 and len({match.group() for match in _LABELS.finditer(words)}) >= 3 and words.count("。") <= 1
