"""The words that a printed letter has of the program's own, in each language that has a table here. Pure.

A letter in a language without a table has them in English, and :attr:`OwnWords.lang` says so, so that what prints them
can mark them up: a listener hears English words as English (PDF/UA-1, 7.2).
"""

from dataclasses import dataclass

_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """One language's words. Names in braces stand for what is put there."""

    lang: str
    """The language of these words; ``en`` too for a letter whose own language has no table."""
    contents: str
    page: str
    part: str
    """How running text calls a part: "Part III.B"."""
    annex: str
    annexes: str
    """One annex of several: "Annex A"."""
    annex_mark: str
    """Before the heading of an annex."""
    exhibit: str
    exhibits: str
    """Heading over exhibits."""
    caption: str
    """Before the caption of an exhibit."""
    request: str
    requests: tuple[str, str, str, str]
    """The header of the table of requests."""
    adopt: str
    """The request of a part that sets out a text and asks for nothing in words."""
    current: str
    requested: str
    insert: str
    delete: str
    source: str
    """What the line begins with that says where an exhibit is from."""
    submitted: str
    """What an exhibit says of its file."""
    files: tuple[tuple[str, str], ...]
    """Kinds of files by ending; an empty ending stands for all others."""
    re: str
    attention: str
    comments: str
    """Title of a letter that is sent to a docket."""
    logo: str
    logo_of: str
    joined: str
    """Over those who join the leads."""
    by_mail: str
    about: str
    """Heading of the annex that describes each organization."""
    notes: str
    notes_continued: str
    note_continued: str
    goes_on: str
    """At the end of a note that goes on elsewhere."""
    draft: str
    draft_mark: str
    """Across each page of a draft, drawn in the letter's own font; empty for a script that it lacks."""
    review: str

    def own(self, lang: str) -> bool:
        """Whether they are in the language of a text, and need no mark of their own within it."""
        return _base(lang) == _base(self.lang)

    def part_name(self, number: str) -> str:
        """How running text calls the part of this number, "Part III.B" or "Annex A"; empty without a number."""
        if number.startswith("Annex"):
            return self.annex_name(number)
        return self.part.format(number=number) if number else ""

    def annex_name(self, number: str) -> str:
        """An annex, whose number is that of an English letter: "Annex" or "Annex A"."""
        letter = number.removeprefix("Annex").strip(_NBSP)
        return self.annexes.format(letter=letter) if letter else self.annex

    def mark_of(self, number: str, mark: str) -> str:
        """What stands before the heading of a part, by its number and mark in an English letter."""
        return self.annex_mark.format(name=self.annex_name(number)) if mark == f"{number}:" else mark

    def alt_of_logo(self, name: str, lang: str) -> str:
        """What the logo of a house shows, in a text of this language. It cannot be marked up, so where the program
        lacks the words it is the bare name."""
        if not name:
            return self.logo
        return self.logo_of.format(name=name) if self.own(lang) else name

    def kind_of_file(self, ending: str) -> str:
        """What a file of this ending is."""
        kinds = dict(self.files)
        return kinds.get(ending, kinds[""])


ENGLISH = OwnWords(
    lang="en",
    contents="Contents",
    page="Page {page} of {pages}",
    part=f"Part{_NBSP}{{number}}",
    annex="Annex",
    annexes=f"Annex{_NBSP}{{letter}}",
    annex_mark="{name}:",
    exhibit=f"Exhibit{_NBSP}{{letter}}",
    exhibits="Exhibits",
    caption="{label}.",
    request=f"Request{_NBSP}{{number}}",
    requests=("No.", "Provision", "Request", "Reasons"),
    adopt="Adopt the text that is set out there.",
    current="Current text and the proposed changes",
    requested="Requested text",
    insert="insert: ",
    delete="delete: ",
    source="Source:",
    submitted="Submitted with this letter as the file {file} ({kind}, {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "Word document"),
        (".xlsx", "Excel workbook"),
        (".pptx", "PowerPoint presentation"),
        (".txt", "text"),
        ("", "file"),
    ),
    re="Re:",
    attention="Attention: {name}",
    comments="Comments: {subject}",
    logo="Logo",
    logo_of="{name} logo",
    joined="Joined by",
    by_mail="Decision received by mail and recorded by the association’s staff",
    about="About the Undersigned Organizations",
    notes="Notes",
    notes_continued="Continuation of notes",
    note_continued="Note {number}, continued",
    goes_on="Continued on page {page}.",
    draft="DRAFT – NOT FOR FILING",
    draft_mark="DRAFT",
    review="REVIEW COPY – NOT FOR FILING",
)

_SPANISH = OwnWords(
    lang="es",
    contents="Índice",
    page="Página {page} de {pages}",
    part=f"Parte{_NBSP}{{number}}",
    annex="Anexo",
    annexes=f"Anexo{_NBSP}{{letter}}",
    annex_mark="{name}:",
    exhibit=f"Documento{_NBSP}{{letter}}",
    exhibits="Documentos",
    caption="{label}.",
    request=f"Solicitud{_NBSP}{{number}}",
    requests=("N.º", "Disposición", "Solicitud", "Motivos"),
    adopt="Adoptar el texto que figura allí.",
    current="Texto vigente y cambios propuestos",
    requested="Texto solicitado",
    insert="insertar: ",
    delete="eliminar: ",
    source="Fuente:",
    submitted="Presentado con esta carta como archivo {file} ({kind}, {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "documento de Word"),
        (".xlsx", "libro de Excel"),
        (".pptx", "presentación de PowerPoint"),
        (".txt", "texto"),
        ("", "archivo"),
    ),
    re="Asunto:",
    attention="A la atención de: {name}",
    comments="Comentarios: {subject}",
    logo="Logotipo",
    logo_of="Logotipo de {name}",
    joined="Con la adhesión de",
    by_mail="Decisión recibida por correo y registrada por el personal de la asociación",
    about="Acerca de las organizaciones firmantes",
    notes="Notas",
    notes_continued="Continuación de las notas",
    note_continued="Nota {number}, continuación",
    goes_on="Continúa en la página {page}.",
    draft="BORRADOR – NO PRESENTAR",
    draft_mark="BORRADOR",
    review="COPIA DE REVISIÓN – NO PRESENTAR",
)

_FRENCH = OwnWords(
    lang="fr",
    contents="Table des matières",
    page="Page {page} sur {pages}",
    part=f"Partie{_NBSP}{{number}}",
    annex="Annexe",
    annexes=f"Annexe{_NBSP}{{letter}}",
    annex_mark=f"{{name}}{_NBSP}:",
    exhibit=f"Pièce{_NBSP}{{letter}}",
    exhibits="Pièces",
    caption="{label}.",
    request=f"Demande{_NBSP}{{number}}",
    requests=("N°", "Disposition", "Demande", "Motifs"),
    adopt="Adopter le texte qui y figure.",
    current="Texte en vigueur et modifications proposées",
    requested="Texte demandé",
    insert=f"insérer{_NBSP}: ",
    delete=f"supprimer{_NBSP}: ",
    source="Source :",
    submitted="Déposé avec la présente lettre sous le nom de fichier {file} ({kind}, {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "document Word"),
        (".xlsx", "classeur Excel"),
        (".pptx", "présentation PowerPoint"),
        (".txt", "texte"),
        ("", "fichier"),
    ),
    re=f"Objet{_NBSP}:",
    attention=f"À l’attention de{_NBSP}: {{name}}",
    comments=f"Observations{_NBSP}: {{subject}}",
    logo="Logo",
    logo_of="Logo de {name}",
    joined="Avec l’adhésion de",
    by_mail="Décision reçue par courrier et enregistrée par le personnel de l’association",
    about="À propos des organisations signataires",
    notes="Notes",
    notes_continued="Suite des notes",
    note_continued="Note {number}, suite",
    goes_on="Suite à la page {page}.",
    draft="PROJET – NE PAS DÉPOSER",
    draft_mark="PROJET",
    review="EXEMPLAIRE DE RELECTURE – NE PAS DÉPOSER",
)

_GERMAN = OwnWords(
    lang="de",
    contents="Inhalt",
    page="Seite {page} von {pages}",
    part=f"Teil{_NBSP}{{number}}",
    annex="Anhang",
    annexes=f"Anhang{_NBSP}{{letter}}",
    annex_mark="{name}:",
    exhibit=f"Anlage{_NBSP}{{letter}}",
    exhibits="Anlagen",
    caption="{label}.",
    request=f"Antrag{_NBSP}{{number}}",
    requests=("Nr.", "Bestimmung", "Antrag", "Begründung"),
    adopt="Den dort wiedergegebenen Text annehmen.",
    current="Geltender Text und vorgeschlagene Änderungen",
    requested="Beantragter Text",
    insert="einfügen: ",
    delete="streichen: ",
    source="Quelle:",
    submitted="Mit diesem Schreiben eingereicht als Datei {file} ({kind}, {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "Word-Dokument"),
        (".xlsx", "Excel-Arbeitsmappe"),
        (".pptx", "PowerPoint-Präsentation"),
        (".txt", "Text"),
        ("", "Datei"),
    ),
    re="Betreff:",
    attention="Zu Händen: {name}",
    comments="Stellungnahme: {subject}",
    logo="Logo",
    logo_of="Logo: {name}",
    joined="Dem Schreiben schließen sich an",
    by_mail="Entscheidung per Post oder E-Mail eingegangen und von der Geschäftsstelle des Verbands erfasst",
    about="Über die unterzeichnenden Organisationen",
    notes="Anmerkungen",
    notes_continued="Fortsetzung der Anmerkungen",
    note_continued="Anmerkung {number}, Fortsetzung",
    goes_on="Fortsetzung auf Seite {page}.",
    draft="ENTWURF – NICHT ZUR EINREICHUNG",
    draft_mark="ENTWURF",
    review="LESEEXEMPLAR – NICHT ZUR EINREICHUNG",
)

_PORTUGUESE = OwnWords(
    lang="pt",
    contents="Índice",
    page="Página {page} de {pages}",
    part=f"Parte{_NBSP}{{number}}",
    annex="Anexo",
    annexes=f"Anexo{_NBSP}{{letter}}",
    annex_mark="{name}:",
    exhibit=f"Documento{_NBSP}{{letter}}",
    exhibits="Documentos",
    caption="{label}.",
    request=f"Pedido{_NBSP}{{number}}",
    requests=("N.º", "Disposição", "Pedido", "Fundamentos"),
    adopt="Adotar o texto ali apresentado.",
    current="Texto em vigor e alterações propostas",
    requested="Texto solicitado",
    insert="inserir: ",
    delete="eliminar: ",
    source="Fonte:",
    submitted="Apresentado com esta carta sob o nome {file} ({kind}, {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "documento Word"),
        (".xlsx", "documento Excel"),
        (".pptx", "apresentação PowerPoint"),
        (".txt", "texto"),
        ("", "documento"),
    ),
    re="Assunto:",
    attention="À atenção de: {name}",
    comments="Comentários: {subject}",
    logo="Logotipo",
    logo_of="Logotipo de {name}",
    joined="Com a adesão de",
    by_mail="Decisão recebida por correio e anotada pelo pessoal da associação",
    about="Sobre as organizações signatárias",
    notes="Notas",
    notes_continued="Continuação das notas",
    note_continued="Nota {number}, continuação",
    goes_on="Continua na página {page}.",
    draft="RASCUNHO – NÃO APRESENTAR",
    draft_mark="RASCUNHO",
    review="CÓPIA DE REVISÃO – NÃO APRESENTAR",
)

_CHINESE = OwnWords(
    lang="zh-Hans",
    contents="目录",
    page="第{page}页，共{pages}页",
    part="第{number}部分",
    annex="附录",
    annexes="附录{letter}",
    annex_mark="{name}：",
    exhibit="附件{letter}",
    exhibits="附件",
    caption="{label}：",
    request="请求{number}",
    requests=("序号", "条款", "请求", "理由"),
    adopt="采用该处所列文本。",
    current="现行文本及拟议修改",
    requested="请求采用的文本",
    insert="插入：",
    delete="删除：",
    source="来源：",
    submitted="随本函提交，文件名为{file}（{kind}，{size}）。",
    files=(
        (".pdf", "PDF"),
        (".docx", "Word文档"),
        (".xlsx", "Excel工作簿"),
        (".pptx", "PowerPoint演示文稿"),
        (".txt", "文本"),
        ("", "文件"),
    ),
    re="事由：",
    attention="收件人：{name}",
    comments="评议意见：{subject}",
    logo="标志",
    logo_of="{name}标志",
    joined="联署方",
    by_mail="该决定经邮件收到，由协会工作人员记录",
    about="联署组织简介",
    notes="注释",
    notes_continued="注释（续）",
    note_continued="注{number}（续）",
    goes_on="下接第{page}页。",
    draft="草稿，不供提交",
    draft_mark="",
    review="审阅稿，不供提交",
)

_ARABIC = OwnWords(
    lang="ar",
    contents="المحتويات",
    page="الصفحة {page} من {pages}",
    part=f"الجزء{_NBSP}{{number}}",
    annex="الملحق",
    annexes=f"الملحق{_NBSP}{{letter}}",
    annex_mark="{name}:",
    exhibit=f"المستند{_NBSP}{{letter}}",
    exhibits="المستندات",
    caption="{label}:",
    request=f"الطلب{_NBSP}{{number}}",
    requests=("الرقم", "الحكم", "الطلب", "الأسباب"),
    adopt="اعتماد النص الوارد هناك.",
    current="النص الحالي والتعديلات المقترحة",
    requested="النص المطلوب",
    insert="إضافة: ",
    delete="حذف: ",
    source="المصدر:",
    submitted="مقدَّم مع هذه الرسالة في الملف {file} ({kind}، {size}).",
    files=(
        (".pdf", "PDF"),
        (".docx", "مستند Word"),
        (".xlsx", "مصنف Excel"),
        (".pptx", "عرض PowerPoint"),
        (".txt", "نص"),
        ("", "ملف"),
    ),
    re="الموضوع:",
    attention="عناية: {name}",
    comments="تعليقات: {subject}",
    logo="شعار",
    logo_of="شعار {name}",
    joined="انضم إلى هذه الرسالة",
    by_mail="قرار ورد بالبريد وسجّله موظفو الرابطة",
    about="نبذة عن المنظمات الموقعة",
    notes="الحواشي",
    notes_continued="تتمة الحواشي",
    note_continued="تتمة الحاشية {number}",
    goes_on="التتمة في الصفحة {page}.",
    draft="مسودة، ليست للتقديم",
    draft_mark="",
    review="نسخة للمراجعة، ليست للتقديم",
)

TABLE = (ENGLISH, _SPANISH, _FRENCH, _GERMAN, _PORTUGUESE, _CHINESE, _ARABIC)
SOURCES = tuple(dict.fromkeys(words.source.rstrip(":： ") for words in TABLE))
"""What a line of an exhibit begins with, before its colon, that says where the exhibit is from."""

_BY_LANGUAGE = {_each.lang.partition("-")[0]: _each for _each in TABLE}
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))


def own_words(lang: str) -> OwnWords:
    """The words for a text of this language, named as in ``es-MX`` or ``zh-Hans``; English where there is no table."""
    return _BY_LANGUAGE.get(_base(lang), ENGLISH)


def agency_lang(lang: str) -> str:
    """The language of the agency's text within a letter in another one; empty where both are one language."""
    return "" if ENGLISH.own(lang) else "en-US"


def _base(lang: str) -> str:
    """The language without its country; Chinese in traditional characters is another, and has no table."""
    first, *others = lang.lower().replace("_", "-").split("-")
    return "zh-hant" if first == "zh" and _TRADITIONAL & set(others) else first
