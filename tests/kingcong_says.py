"""KingCong's jobs and answers, as its page shows them."""

from pathlib import Path

from flows import reply

from voicekit.flow import Upload
from voicekit.job import InputFile, Job
from voicekit.providers.kingcong import Kingcong

KINGCONG = Kingcong()
HOOK = "http://your-webhook-endpoint"
TASK_ID = "uuid_task_id"
ELEVENLABS = "elevenlabs/21m00Tcm4TlvDq8ikWAM"
MINIMAX = "minimax/209533299589184"
FILE = InputFile(path="/recordings/my secret interview.MP3", sha256="ab" * 32, size=9)
UPLOAD = Upload(
    field="file",
    path=Path(FILE.path),
    sha256=FILE.sha256,
    filename="file.mp3",
    media_type="audio/mpeg",
)
CREATED_AT = 1_735_689_600_000_000


def job(kind="speech", text="", voice=None, model=None, format=None, **settings):  # noqa: A002
    """Make a job the way a call does: by what the provider declares."""
    offer = KINGCONG.offer(kind, model=model, voice=voice)
    return Job(
        provider="kingcong",
        kind=kind,
        text=offer.check_text(text, "it") if offer.takes_text else "",
        voice=voice,
        model=offer.model,
        settings=offer.check_settings(settings, "it"),
        format=offer.check_format(format, "it"),
        files={"file": FILE} if offer.file else {},
    )


FIRST_MOVE = "The first move is what sets everything in motion."
SPEECH = job(text=FIRST_MOVE, voice=ELEVENLABS)
SUBTITLED = job(text=FIRST_MOVE, voice=ELEVENLABS, with_transcript=True)
SPOKEN = job(
    text="Hello, this is a test message for text-to-speech conversion.", voice=MINIMAX
)
DUBBED = job("dubbing", target_lang="vi")
WRITTEN = job("transcription")
MUSIC = job(
    "music",
    "A relaxing jazz piece for a quiet evening",
    title="My Song Title",
    style="Jazz",
    mood="Sad",
    scenario="Quiet evening",
)
CLONE = job("clone", "My Voice", language_tag="English", gender_tag="male")
PROXIES = job("proxies", ttl=10, quantity=5)
JOBS = {
    "elevenlabs": SPEECH,
    "minimax": SPOKEN,
    "dubbing": DUBBED,
    "transcription": WRITTEN,
    "music": MUSIC,
    "clone": CLONE,
    "proxies": PROXIES,
}


RECEIPT = reply(success=True, task_id=TASK_ID, ec_remain_credits=100)


def told(status="done", metadata=None, **fields):
    """Make the answer of the page's task query."""
    urls = {
        "audio_url": "https://example.com/audio.mp3",
        "srt_url": "https://example.com/audio.srt",
        "json_url": "https://example.com/audio.json",
    }
    body = {
        "id": TASK_ID,
        "created_at": "2025-01-01T00:00:00.000Z",
        "status": status,
        "error_message": None,
        "credit_cost": 1,
        "metadata": urls if metadata is None else metadata,
        "type": "tts",
    }
    return reply({**body, **fields})


SOLD = {
    "id": 1,
    "proxy": "http://user:pass@host:8080",
    "socks5": {"host": "host", "port": 1080, "username": "us er", "password": "pass"},
    "ttl_minutes": 10,
    "credit_cost": 1250,
    "expires_at": "2025-01-01T00:10:00.000Z",
}


def bought(*sold, **fields):
    return reply(
        success=True,
        data={
            "purchased_proxies": sold,
            "total_cost": 6250,
            "refunded_credits": 0,
            "unavailable_proxies": 0,
            **fields,
        },
    )


def purchases(*sold):
    return reply(success=True, data={"purchases": sold, "total": len(sold)})


RACHEL = {
    "voice_id": "21m00Tcm4TlvDq8ikWAM",
    "name": "Rachel",
    "category": "premade",
    "labels": {
        "accent": "american",
        "description": "calm",
        "age": "young",
        "gender": "Female",
        "use_case": "narration",
        "language": "en",
    },
    "description": None,
    "preview_url": "https://x.example/rachel.mp3",
    "samples": None,
    "settings": None,
    "verified_languages": None,
    "is_owner": False,
    "created_at_unix": 1735689600,
}
TRUSTWORTHY = {
    "voice_id": "209533299589184",
    "voice_name": "Trustworthy Man",
    "tag_list": ["English", "Male", "Adult", "Audiobook", "EN-US (General)"],
    "create_time": 1735689600000,
    "sample_audio": "https://x.example/man.mp3",
    "description": "Sounds trustworthy",
}


def elevenlabs(*names, token=None, **fields):
    voices = [{**RACHEL, "voice_id": name, "name": name, **fields} for name in names]
    return reply(
        voices=voices, has_more=token is not None, total_count=9, next_page_token=token
    )


def minimax(*ids, more=False):
    voices = [{**TRUSTWORTHY, "voice_id": one} for one in ids]
    data = {"voice_list": voices, "has_more": more, "total": 300}
    return reply(success=True, data=data)


NO_CLONES = reply(success=True, data=[])


MODEL = {
    "model_id": "eleven_multilingual_v2",
    "name": "Eleven Multilingual v2",
    "can_do_text_to_speech": True,
    "languages": ["en", "es"],
}
