"""Web pages: the article and nothing of the portal, tables with merged cells, encodings as they are."""

from __future__ import annotations

import time

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import Limits, read_source
from doc_miner.loaders.html_title import without_site
from doc_miner.source import Paragraph, Source, SourceTable

HEAD = "<div class=top><a href=/>首页</a> | <a href=/a>新闻</a></div><div>您现在的位置：<a href=/>首页</a> > 公告</div>"
FOOT = "<div class=f><p>主办：青岚县人民政府 技术支持：某公司</p><p>网站标识码：3300000001 某ICP备000号</p><p>邮编：000000</p></div>"
PROSE = "<p>一、存在问题</p><p>全区60人以上班级73个，占比7.3%。</p><p>二、整改措施</p><p>新建学校3所，新增学位4050个，年内投入使用。</p>"
LINES = ["一、存在问题", "全区60人以上班级73个，占比7.3%。", "二、整改措施", "新建学校3所，新增学位4050个，年内投入使用。"]


def read(body: str, title: str = "", head: str = "") -> Source:
    return read_source(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode(), "a.html")


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


def table(source: Source) -> SourceTable:
    return next(block for block in source.blocks if isinstance(block, SourceTable))


# --- the article -----------------------------------------------------------------------------
def test_a_short_notice_is_found_among_what_surrounds_it() -> None:
    article = (
        "<h1>会议通知</h1><p>发布时间：2022-03-01 来源：县教育局</p><p>各学校：</p><p>定于3月5日开会，请准时参加。</p><p>青岚县教育局</p>"
    )
    source = read(f"{HEAD}<div class=main>{article}</div>{FOOT}", "会议通知-青岚县教育局")
    assert texts(source) == ["会议通知", "各学校：", "定于3月5日开会，请准时参加。", "青岚县教育局"]
    assert source.title == "会议通知"
    assert isinstance(source.blocks[0], Paragraph) and source.blocks[0].heading == 0


def test_greeting_and_signature_stay_with_one_long_paragraph() -> None:
    long = "来信收悉，经核查，全县共有学校35所，学生2万人。" * 20
    assert texts(read(f"{HEAD}<div><p>李先生：</p><p>{long}</p><p>特此函复</p></div>{FOOT}")) == ["李先生：", long, "特此函复"]


def test_an_article_of_broken_lines_in_a_layout_cell_is_read_line_by_line() -> None:
    cell = (
        "工作总结报告<br>发布日期：2020-01-02　点击：35<br><br>　　投入1.2亿元，新建学校3所。<br>　　大班额仍有23个。<br>【打印】【关闭】"
    )
    page = f"<table><tr><td><a href=1>动态</a><br><a href=2>通知</a></td><td>{cell}</td></tr></table>"
    assert texts(read(HEAD + page + FOOT, "工作总结报告")) == ["工作总结报告", "投入1.2亿元，新建学校3所。", "大班额仍有23个。"]


@pytest.mark.parametrize(
    "noise",
    [
        "<div>上一篇：<a href=/1>关于防汛工作的通知</a> 下一篇：没有了</div>",
        "<ul><li><a href=1>关于甲的通知</a>2018-01-10</li><li><a href=2>乙通知</a>(2018-01-11)</li><li><a href=3>丙报告</a></li></ul>",
        "<table><tr><td>索引号<td>1<td>发文单位<td>县府办</tr><tr><td>文号<td>青政〔2020〕1号<td>有效性<td>有效</tr></table>",
        "<div>【字体：<a href=#>大</a> <a href=#>中</a> <a href=#>小</a>】 <a href=#>打印本页</a></div>",
        "<div>来源: 政府办 | 发布日期: 2019-03-05 10:07 | 作者: 政府办</div>",
        '<p>附件1：<a href="/a.docx">整改方案.docx</a></p>',
        '<div style="display:none"><p>打印版本，不在页面上显示。</p></div>',
        "<nav><a href=1>首页</a></nav><footer>县政府</footer><script>var a='。';</script><style>p{}</style><!-- 注释。 -->",
        "<div>×</div>",
    ],
)
def test_what_portals_put_around_the_text_is_out(noise: str) -> None:
    assert texts(read(f"<div id=a>{noise}{PROSE}{noise}</div>")) == LINES


@pytest.mark.parametrize(
    "line",
    [
        "上一篇:局开展专项治理工作 下一篇:返回列表",
        "资金来源：县财政；完成时间：2023年12月31日",
        "（三）强化技术支持。完善平台，投入资金。",
        "明确公开主体、公开范围、公开方式和公开时限",
        "位置：县城东部",
        '联系人见<a href="/x">通讯录</a>。',
        "附件：1.整改方案",
        "(编辑:某某 责任编辑:某某)",
    ],
)
def test_text_that_only_looks_like_it_stays(line: str) -> None:
    source = read(f"<div id=a>{PROSE}<p>{line}</p>{PROSE}</div>")
    assert texts(source)[4] == line.replace('<a href="/x">', "").replace("</a>", "")


def test_an_article_that_is_hidden_until_a_script_runs_is_read() -> None:
    assert texts(read(f'<div style="display: none">{PROSE}</div><p>加载中</p>')) == LINES


def test_both_copies_of_a_text_given_twice_are_read() -> None:
    source = read(f"<h1>报告</h1><div id=a>{PROSE}</div><div class=print><div>×</div><h1>报告</h1><div>{PROSE}</div></div>{FOOT}", "报告")
    assert texts(source) == ["报告", *LINES, *LINES]


# --- the title -------------------------------------------------------------------------------
@pytest.mark.parametrize("shown", ["<h1>关于教育督导的报告</h1>", "<p>关于教育督导<br>的报告</p>", "<p>关于教育督导</p><p>的报告</p>", ""])
def test_the_title_stands_first_and_once(shown: str) -> None:
    source = read(f"<div id=zoom>{shown}{PROSE}</div>", head='<meta name="ArticleTitle" content="关于教育督导的报告">')
    assert texts(source) == ["关于教育督导的报告", *LINES]


def test_a_subtitle_shown_with_the_title_is_kept() -> None:
    source = read(
        f"<table><tr><td>给教室“减负”<br>——化解大班额纪实</td></tr><tr><td>{PROSE}</td></tr></table>", "给教室“减负” - 青岚教育网"
    )
    assert source.title == "给教室“减负”——化解大班额纪实"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于甲的报告_督导报告_青岚县教育局", "关于甲的报告"),
        ("2018-2020年规划 - 青岚县人民政府", "2018-2020年规划"),
        ("答复 | 县长信箱 | 青岚县", "答复"),
        ("青岚县人民政府", "青岚县人民政府"),
        ("自评报告--青岚县人民政府", "自评报告"),
    ],
)
def test_the_name_of_the_site_is_cut_off(title: str, expected: str) -> None:
    assert without_site(title) == expected


@pytest.mark.parametrize(
    ("stated", "shown", "expected"),
    [
        ("青岚县", "<td align=center><b>{0}</b></td>", True),
        ("x", "<h1>{0}</h1>", True),
        ("", "<p>{0}</p>", True),
        ("青岚县人民政府门户网站", "<h2>{0}</h2>", True),
        ("关于公布学校名单的公告", "<h3>{0}</h3>", False),
        ("整改进展", "<p>整改进展</p><a href=b>{0}</a>", False),
        ("整改进展", "<p>整改进展</p><a href=b>{0}</a><a href=c>更多</a>", False),
    ],
)
def test_the_title_of_the_document_is_taken_where_the_page_states_only_its_site(stated: str, shown: str, expected: bool) -> None:
    title = "青岚县人民政府关于教育督导反馈问题的整改方案"
    source = read(f"<table><tr>{shown.format(title)}</tr></table><div>{PROSE}</div>", stated)
    assert (source.title == title) is expected
    assert texts(source).count(title) <= 1


# --- blocks ----------------------------------------------------------------------------------
def test_inline_markup_does_not_break_a_line() -> None:
    assert texts(read("<p><b><span>一、整</span>\n<span lang=EN-US>改</span></b><o:p></o:p>投入\n1.2亿元。</p>")) == [
        "一、整改投入 1.2亿元。"
    ]


def test_lists_are_numbered_as_browsers_show_them() -> None:
    body = "<p>问题如下，共三项。</p><ol><li>甲</li><li>乙<ul><li>丙</li></ul></li></ol><ol start=3 type=a><li>丁</li></ol>"
    chinese = '<ol style="list-style-type:cjk-ideographic"><li>戊</li></ol><ol style="list-style:none"><li>己</li></ol>'
    assert texts(read(body + chinese))[1:] == ["1. 甲", "2. 乙", "丙", "c. 丁", "一、戊", "己"]


def test_headings_and_preformatted_lines() -> None:
    source = read(f"<h1>报告</h1>{PROSE}<h3>三、<br>其他</h3><pre>甲。\n 乙。</pre>", "报告")
    blocks = [block for block in source.blocks if isinstance(block, Paragraph)]
    assert [(b.text, b.heading) for b in blocks[-3:]] == [("三、其他", 2), ("甲。", None), ("乙。", None)]


# --- tables ----------------------------------------------------------------------------------
def test_a_data_table_keeps_its_merged_cells_caption_and_unit() -> None:
    rows = (
        "<tr><td rowspan=2>学校<td colspan=2>学生</tr><tr><td>男<td>女</tr>"
        "<tr><td>甲校<td><p>12</p><p>余</p><td>小</tr><tr><td rowspan=9>乙校<td>/<td>8</tr>"
    )
    source = read(f"{PROSE}<p>表1 在校学生情况</p><p align=right>（单位：人）</p><table border=1>{rows}</table>")
    found = table(source)
    assert found.rows == (("学校", "学生", ""), ("", "男", "女"), ("甲校", "12\n余", "小"), ("乙校", "/", "8"))
    assert found.merges == ((0, 0, 2, 1), (0, 1, 1, 2))
    assert (found.header_rows, found.caption, found.unit) == (2, "表1 在校学生情况", "人")
    assert texts(source)[-2:] == ["表1 在校学生情况", "（单位：人）"]


def test_thead_and_caption_are_the_tables_own() -> None:
    source = read(f"{PROSE}<table><caption>表2 学位</caption><thead><tr><th>年<th>数</tr></thead><tr><td>2021<td>80</tr></table>")
    assert (table(source).caption, table(source).header_rows) == ("表2 学位", 1)
    assert texts(source)[-1] == "表2 学位"


def test_a_page_that_is_one_table_is_read() -> None:
    rows = "".join(f"<tr><td>第{i}小学<td>{i}</tr>" for i in range(30))
    source = read(f"{HEAD}<div><h1>统计表</h1><div><p>单位：人</p><table>{rows}</table><p>注：截至9月。</p></div></div>{FOOT}", "统计表")
    assert texts(source) == ["统计表", "单位：人", "注：截至9月。"] and len(table(source).rows) == 30


def test_layout_tables_are_no_tables() -> None:
    source = read(f"<table><tr><td><table><tr><td>{PROSE}</td></tr></table></td></tr></table>")
    assert texts(source) == LINES and len(source.blocks) == 4


@pytest.mark.parametrize("cell", ["<td colspan=1000>a</td><td>b</td>", "<td rowspan=65000>a</td><td>b</td>"])
def test_spans_without_measure_are_refused(cell: str) -> None:
    with pytest.raises(LoadError, match="格的上限"):
        read_source(f"<table>{'<tr>' + cell + '</tr>'}{('<tr>' + cell + '</tr>') * 3000}</table>".encode(), "a.html", Limits(cells=100_000))


# --- encodings -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "gb18030"),
        ("utf-8", "utf-8"),
        ("gb2312", "utf-8"),
        ("utf-8", "gb18030"),
        ("", "gb18030"),
        ("", "utf-16"),
        ("big5", "big5"),
    ],
)
def test_the_encoding_is_what_the_bytes_are(declared: str, encoding: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    page = f"<html><head>{meta}<title>x</title></head><body><p>人口一二三，大小中。</p></body></html>"
    assert texts(read_source(page.encode(encoding), "a.html"))[-1] == "人口一二三，大小中。"


# --- hostile pages ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 900 + "<i></i>" * 15_000,
        "<table><tr><td>" * 300 + "<b>文</b>" * 9_000,
        "<p>大||||大||||大||||大||||大||||大||||大||||✗</p>" * 900,
        "<div><a href=x>链接</a></div>" * 5_000,
        "<table><tr><td>a<td>b<tr><td>c<td>d</table>" * 2_000,
    ],
    ids=["deep", "nested tables", "buttons", "links", "tables"],
)
def test_pages_made_to_be_slow_are_not(page: str) -> None:
    start = time.process_time()
    read(page)
    assert time.process_time() - start < 10  # quadratic reading took minutes


def test_deep_pages_are_refused_and_unclosed_tags_are_not() -> None:
    assert texts(read("<font>" * 500 + PROSE)) == LINES
    for depth in (1_200, 100_000):
        with pytest.raises(LoadError, match="嵌套超过 1000 层"):
            read("<div>" * depth + PROSE)
