<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Content</name>
    <message numerus="yes">
        <source>Show %Ln new photo(s)</source>
        <translation>
            <numerusform>Show %Ln new photo</numerusform>
            <numerusform>Show %Ln new photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>All %Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), most similar first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, most similar first</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Failures</name>
    <message numerus="yes">
        <source>%Ln file(s) could not be read</source>
        <translation>
            <numerusform>%Ln file could not be read</numerusform>
            <numerusform>%Ln files could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try %Ln file(s) again</source>
        <translation>
            <numerusform>Try %Ln file again</numerusform>
            <numerusform>Try %Ln files again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderCommands</name>
    <message numerus="yes">
        <source>%Ln file(s) indexed.</source>
        <translation>
            <numerusform>%Ln file indexed.</numerusform>
            <numerusform>%Ln files indexed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PhotoCommands</name>
    <message numerus="yes">
        <source>%Ln path(s) copied.</source>
        <translation>
            <numerusform>%Ln path copied.</numerusform>
            <numerusform>%Ln paths copied.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) copied.</source>
        <translation>
            <numerusform>%Ln photo copied.</numerusform>
            <numerusform>%Ln photos copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Popover</name>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Marking</name>
    <message numerus="yes">
        <source>%Ln photo(s) tagged “%1”</source>
        <translation>
            <numerusform>%Ln photo tagged “%1”</numerusform>
            <numerusform>%Ln photos tagged “%1”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) rated %1</source>
        <translation>
            <numerusform>%Ln photo rated %1</numerusform>
            <numerusform>%Ln photos rated %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Rating of %Ln photo(s) removed</source>
        <translation>
            <numerusform>Rating of %Ln photo removed</numerusform>
            <numerusform>Rating of %Ln photos removed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) made favourites</source>
        <translation>
            <numerusform>%Ln photo made a favourite</numerusform>
            <numerusform>%Ln photos made favourites</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) are no favourites any more</source>
        <translation>
            <numerusform>%Ln photo is no favourite any more</numerusform>
            <numerusform>%Ln photos are no favourites any more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Caption saved for %Ln photo(s)</source>
        <translation>
            <numerusform>Caption saved for %Ln photo</numerusform>
            <numerusform>Caption saved for %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Suggestions accepted for %Ln photo(s)</source>
        <translation>
            <numerusform>Suggestions accepted</numerusform>
            <numerusform>Suggestions accepted for %Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>%Ln photo selected</numerusform>
            <numerusform>%Ln photos selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>%Ln term(s) hidden</source>
        <translation>
            <numerusform>%Ln term hidden</numerusform>
            <numerusform>%Ln terms hidden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln term(s) shown again</source>
        <translation>
            <numerusform>%Ln term shown again</numerusform>
            <numerusform>%Ln terms shown again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln term(s) imported</source>
        <translation>
            <numerusform>%Ln term imported</numerusform>
            <numerusform>%Ln terms imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TermEditor</name>
    <message numerus="yes">
        <source>%Ln term(s)</source>
        <translation>
            <numerusform>%Ln term</numerusform>
            <numerusform>%Ln terms</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Show %Ln photo(s)</source>
        <translation>
            <numerusform>Show %Ln photo</numerusform>
            <numerusform>Show %Ln photos</numerusform>
        </translation>
    </message>
</context>
</TS>
